import { UnderstudyError, UsageError } from "../errors/understudy-error.ts";

/** What a command says when it fails, and with what exit code it ends. */
export interface Failure {
  /** One line for expected errors; for unexpected ones a hint follows, or the stack where it was asked for. */
  readonly text: string;
  /** 2: wrong usage. 1: failed. */
  readonly exitCode: 1 | 2;
}

const OUTSIDE: Readonly<Record<string, string>> = {
  ENOSPC: "no space left on the disk",
  EROFS: "the disk is read-only",
  EACCES: "permission denied",
  EPERM: "not permitted",
  EADDRINUSE: "the address is in use",
  EADDRNOTAVAIL: "this machine does not have the address",
  EMFILE: "too many open files",
  ENOENT: "no such file or folder",
  ENOTDIR: "a part of the path is a file, not a folder",
  EISDIR: "it is a folder",
  EEXIST: "it is there already",
  EDQUOT: "the disk quota is used up",
  EIO: "the disk failed",
};

/**
 * Puts an error into words for the terminal. Errors of the house and of the machine's disk and network are one line; a stack
 * is shown only for what nobody expected, and only with UNDERSTUDY_DEBUG=1.
 */
export function describeFailure(
  error: unknown,
  environment: Readonly<Record<string, string | undefined>> = {},
): Failure {
  const debug = environment.UNDERSTUDY_DEBUG === "1";
  const stack = debug && error instanceof Error && error.stack !== undefined ? `\n${error.stack}` : "";
  if (error instanceof UsageError) return { text: `${oneLine(error.message)}${stack}`, exitCode: 2 };
  if (error instanceof UnderstudyError) return { text: `${oneLine(error.message)}${stack}`, exitCode: 1 };
  const known = machineError(error);
  if (known !== undefined) return { text: `${known}${stack}`, exitCode: 1 };
  const message = oneLine(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  const hint = debug ? stack : "\nThis is a fault of ours. Set UNDERSTUDY_DEBUG=1 to see where it happened.";
  return { text: `${message}${hint}`, exitCode: 1 };
}

function machineError(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const words = OUTSIDE[String(error.code)];
  if (words === undefined) return undefined;
  const place = "path" in error && typeof error.path === "string" ? `${error.path}: ` : "";
  return `${place}${words} (${String(error.code)}).`;
}

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, " ");
