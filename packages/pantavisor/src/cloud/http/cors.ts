import {
  emptyReply,
  type Headers,
  type HttpAnswer,
  type HttpReply,
  header,
  type ReceivedRequest,
} from "@understudy/kernel";

const METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS";
const HEADERS =
  "Authorization, Content-Type, Accept, Origin, Pantahub-Devices-Auto-Token-V1, Pantahub-Object-Type, Range, X-Custom-Header";
const EXPOSED = "Pantahub-Object-Type, PhJsonFormat, WWW-Authenticate, Content-Range, Content-Disposition";
const MAX_AGE_S = "3600";

/** The answer to a browser that asks before it asks. */
export function preflight(request: ReceivedRequest): HttpReply {
  const origin = header(request.headers, "origin");
  return emptyReply(200, [
    ...(origin === undefined ? [] : allowing(origin)),
    ["Access-Control-Allow-Methods", METHODS],
    ["Access-Control-Allow-Headers", HEADERS],
    ["Access-Control-Max-Age", MAX_AGE_S],
  ]);
}

/** Lets pages of any origin read the answer, with credentials. Requests without an origin are left alone. */
export function withCors(
  request: ReceivedRequest,
  answer: HttpAnswer | Promise<HttpAnswer>,
): HttpAnswer | Promise<HttpAnswer> {
  const origin = header(request.headers, "origin");
  if (origin === undefined || origin === "") return answer;
  return answer instanceof Promise ? answer.then((settled) => opened(settled, origin)) : opened(answer, origin);
}

function opened(answer: HttpAnswer, origin: string): HttpAnswer {
  if ("outcome" in answer) return answer;
  return { ...answer, headers: [...answer.headers, ...allowing(origin), ["Access-Control-Expose-Headers", EXPOSED]] };
}

const allowing = (origin: string): Headers => [
  ["Access-Control-Allow-Origin", origin],
  ["Access-Control-Allow-Credentials", "true"],
  ["Vary", "Origin"],
];
