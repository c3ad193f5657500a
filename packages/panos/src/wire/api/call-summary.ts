import { type HttpAnswer, header } from "@understudy/kernel";
import { type ApiCall, parameter } from "./request.ts";

/** Longer commands are cut. */
const MAX_COMMAND = 500;

/** One call of the API as a journal notes it. Passwords and keys are left out. */
export interface CallSummary {
  /** Such as `op <show><system><info/></system></show>` or `config set /config/shared`. */
  readonly command: string;
  readonly admin: string;
  readonly remote: string;
  /** `success`, `error`, `unauth`, the HTTP status when it is not 200, or how the connection ended. */
  readonly status: string;
  /** A command the node does not know. */
  readonly unknown: boolean;
}

export function summarize(
  call: ApiCall,
  caller: { readonly admin: string; readonly remote: string },
  answer: HttpAnswer,
): CallSummary {
  const status = statusOf(answer);
  return {
    command: commandOf(call),
    admin: caller.admin,
    remote: caller.remote,
    status: status.word,
    unknown: status.unknown,
  };
}

function commandOf({ parameters }: ApiCall): string {
  const type = parameter(parameters, "type") ?? "";
  const words = [
    type,
    parameter(parameters, "action"),
    parameter(parameters, "category"),
    parameter(parameters, "xpath"),
    withoutSecrets(parameter(parameters, "cmd")),
  ];
  return words
    .filter((word) => word !== undefined && word !== "")
    .join(" ")
    .slice(0, MAX_COMMAND);
}

const withoutSecrets = (cmd: string | undefined): string | undefined =>
  cmd?.replace(/<(password|passphrase|phash|auth-code)>[^<]*</gi, "<$1>…<");

function statusOf(answer: HttpAnswer): { readonly word: string; readonly unknown: boolean } {
  if ("outcome" in answer) return { word: answer.outcome, unknown: false };
  if (answer.status !== 200) return { word: String(answer.status), unknown: false };
  if (answer.body.kind !== "text")
    return { word: header(answer.headers, "content-disposition") === undefined ? "success" : "file", unknown: false };
  const beginning = answer.body.text.slice(0, 200);
  const word = /^<response status="([a-z]+)"/.exec(beginning)?.[1] ?? "success";
  return { word, unknown: word === "error" && beginning.includes('code="17"') && beginning.includes("is unexpected") };
}
