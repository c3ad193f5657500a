import { type Markup, xml } from "../xml/write.ts";

/**
 * What a node answers to a call. The form of the envelope follows from `kind`: data in `result`, an enqueued job, a plain
 * message, an error, a bare document, or a file. `pieces` is a `result` so long that it is written as it is sent.
 */
export type Answer =
  | { readonly kind: "result"; readonly body: Markup; readonly code?: number; readonly attributes?: string }
  | { readonly kind: "pieces"; readonly pieces: Iterable<Markup> }
  | { readonly kind: "job"; readonly job: number; readonly text: string; readonly extra?: Markup }
  | {
      readonly kind: "message";
      readonly lines: readonly string[];
      readonly code?: number;
      readonly form: "line" | "msg";
    }
  | {
      readonly kind: "error";
      readonly code?: number;
      readonly lines: readonly string[];
      readonly form: "line" | "msg" | "result-msg";
    }
  | { readonly kind: "document"; readonly body: Markup }
  | { readonly kind: "file"; readonly name: string; readonly content: Uint8Array; readonly contentType: string };

/** Data inside `result`. */
export const result = (body: Markup, code?: number): Answer =>
  code === undefined ? { kind: "result", body } : { kind: "result", body, code };
/** A text as the whole of `result`. */
export const resultText = (text: string): Answer => ({ kind: "result", body: xml`${text}` });
/** A job was enqueued. `extra` stands inside `result` behind the job's number. */
export const enqueued = (job: number, text: string, extra?: Markup): Answer =>
  extra === undefined ? { kind: "job", job, text } : { kind: "job", job, text, extra };
/** The success of a configuration write. */
export const WRITTEN: Answer = { kind: "message", lines: ["command succeeded"], code: 20, form: "msg" };
/** Success told as `msg/line`. */
export const told = (...lines: readonly string[]): Answer => ({ kind: "message", lines, form: "line" });

/** The codes of answers, by their names. */
export const CODES = {
  badRequest: 400,
  forbidden: 403,
  unknownCommand: 1,
  internal: 2,
  badXpath: 6,
  notPresent: 7,
  notUnique: 8,
  referenced: 10,
  invalidObject: 12,
  notFound: 13,
  notPossible: 14,
  denied: 15,
  unauthorized: 16,
  invalidCommand: 17,
  malformed: 18,
  success: 19,
  written: 20,
  timedOut: 22,
} as const;

/** The usual error: a code and lines of text. */
export const refused = (code: number, ...lines: readonly string[]): Answer => ({
  kind: "error",
  code,
  lines,
  form: "line",
});
/** A request that cannot be read as a call (400 and 403). */
export const badRequest = (text: string): Answer => ({
  kind: "error",
  code: CODES.badRequest,
  lines: [text],
  form: "result-msg",
});
export const FORBIDDEN: Answer = {
  kind: "error",
  code: CODES.forbidden,
  lines: ["Invalid Credential"],
  form: "result-msg",
};
/** PAN-OS before 8 told it so, with HTTP status 200. */
export const FORBIDDEN_LEGACY: Answer = {
  kind: "error",
  code: CODES.forbidden,
  lines: ["Invalid credentials."],
  form: "result-msg",
};
export const MALFORMED: Answer = refused(CODES.malformed, "Malformed Request");
/** A firewall that Panorama cannot reach, or does not know. */
export const notConnected = (serial: string): Answer => ({
  kind: "error",
  lines: [`${serial} not connected`],
  form: "line",
});
/** A command the node does not know: path as ` show -> foo `, with two blanks before *is*. */
export const unexpected = (path: readonly string[]): Answer =>
  refused(CODES.invalidCommand, ` ${path.join(" -> ")}  is unexpected`);

/** What stands around the pieces of a long result. */
export const AROUND_PIECES = { before: `<response status="success"><result>`, after: "</result></response>" } as const;

/** The answer as one document. Files have none: they are sent as they are. */
export function renderAnswer(answer: Exclude<Answer, { kind: "file" }>): Markup {
  switch (answer.kind) {
    case "result":
      return answer.body.markup === ""
        ? xml`<response status="success"${code(answer.code)}><result${attributes(answer.attributes)}/></response>`
        : xml`<response status="success"${code(answer.code)}><result${attributes(answer.attributes)}>${answer.body}</result></response>`;
    case "pieces":
      return { markup: AROUND_PIECES.before + Array.from(answer.pieces, textOf).join("") + AROUND_PIECES.after };
    case "job":
      return xml`<response status="success" code="19"><result><msg><line>${answer.text}</line></msg><job>${answer.job}</job>${answer.extra}</result></response>`;
    case "message":
      return xml`<response status="success"${code(answer.code)}>${texts(answer.lines, answer.form)}</response>`;
    case "error":
      return xml`<response status="error"${code(answer.code)}>${texts(answer.lines, answer.form)}</response>`;
    case "document":
      return answer.body;
  }
}

const textOf = ({ markup }: Markup): string => markup;
const code = (value: number | undefined): Markup | undefined =>
  value === undefined ? undefined : xml` code="${value}"`;
const attributes = (value: string | undefined): Markup | undefined =>
  value === undefined ? undefined : { markup: ` ${value}` };

function texts(lines: readonly string[], form: "line" | "msg" | "result-msg"): Markup {
  if (form === "line") return xml`<msg>${lines.map((line) => xml`<line>${line}</line>`)}</msg>`;
  const text = lines.join("\n");
  return form === "msg" ? xml`<msg>${text}</msg>` : xml`<result><msg>${text}</msg></result>`;
}
