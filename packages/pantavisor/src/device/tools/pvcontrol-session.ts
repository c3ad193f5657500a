import { UnderstudyError } from "@understudy/kernel";
import type { ControlAnswer } from "./control-client.ts";
import type { PlannedRequest } from "./pvcontrol-commands.ts";
import type { ToolIo } from "./tool-io.ts";

/** Where results of a command go, and what it is sent with. */
export interface PvcontrolSession {
  readonly io: ToolIo;
  readonly socket: string;
  readonly message: string | undefined;
  ask(request: PlannedRequest, body?: Uint8Array): Promise<ControlAnswer>;
  print(content: Uint8Array | string): Promise<void>;
}

/** `-<size>` stands for that many bytes of standard input. */
export async function fileOf({ io }: PvcontrolSession, path: string): Promise<Uint8Array> {
  if (/^-\d+$/.test(path)) return (await io.input()).subarray(0, Number(path.slice(1)));
  const content = await io.read(path);
  if (content === undefined) throw new UnderstudyError("no-such-file", `There is no file ${path}.`, { path });
  return content;
}

/** Sends a state and, once it is taken, the commit message. Used by `steps install` as well. */
export async function putStep(session: PvcontrolSession, path: string | Uint8Array, revision: string): Promise<number> {
  const target = `/steps/${revision}`;
  const content = typeof path === "string" ? await fileOf(session, path) : path;
  const answer = await session.ask({ method: "PUT", path: target }, content);
  if (answer.status !== 200 || session.message === undefined) return await finish(session, target, answer);
  return await finish(
    session,
    target,
    await session.ask({ method: "PUT", path: `${target}/commitmsg`, body: session.message }),
  );
}

const NEWLINE = 0x0a;

const EXIT_BY_BODY: Readonly<Record<string, number>> = {
  '{"Error":"Not enough disk space available"}': 48,
  '{"Error":"Object has bad checksum"}': 60,
  '{"Error":"State verification has failed"}': 70,
};

/**
 * Shows the answer on a line of its own and gives the exit code it stands for. A refused state is 70 whatever its
 * text.
 */
export async function finish(
  session: PvcontrolSession,
  path: string,
  { status, body }: ControlAnswer,
): Promise<number> {
  const text = new TextDecoder().decode(body);
  if (status === 200) {
    await session.print(body.subarray(0, body.findLastIndex((byte) => byte !== NEWLINE) + 1));
    await session.print("\n");
    return 0;
  }
  await session.io.err(`${text}\n`);
  const known = EXIT_BY_BODY[text] ?? (status === 422 && path.startsWith("/steps/") ? 70 : undefined);
  return known ?? (status === 503 ? 75 : 255);
}
