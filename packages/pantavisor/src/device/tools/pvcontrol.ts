import { NetworkError, UnderstudyError } from "@understudy/kernel";
import { askControl } from "./control-client.ts";
import { installStep } from "./install-step.ts";
import { type PvcontrolPlan, planPvcontrol, pvcontrolUsage } from "./pvcontrol-commands.ts";
import { fileOf, finish, type PvcontrolSession, putStep } from "./pvcontrol-session.ts";
import type { ToolIo } from "./tool-io.ts";

interface PvcontrolOptions {
  verbose: boolean;
  socket: string | undefined;
  output: string | undefined;
  message: string | undefined;
}

const WELL_KNOWN = ["/run/pantavisor/pv/pv-ctrl", "/pv/pv-ctrl"] as const;
const LAST_RESORT = "/pantavisor/pv-ctrl";
const MAX_SECONDS = 240;
const UPLOAD_SECONDS = 14_400;

/** The control tool of Pantavisor devices. Resolves to its exit code. */
export async function runPvcontrol(argv: readonly string[], io: ToolIo): Promise<number> {
  const prefix = io.env["PVTEST_EXEC"];
  if (prefix !== undefined && prefix !== "" && io.run !== undefined)
    return await io.run([...prefix.split(/\s+/), "pvcontrol", ...argv]);
  const parsed = parse(argv);
  if (parsed === "help") return await usage(io, undefined, 0);
  if (parsed === "wrong") return await usage(io, undefined, 1);
  const planned = planPvcontrol(parsed.words);
  if (planned.kind === "usage") return await usage(io, planned.command, planned.exit);
  const socket = await socketOf(parsed.options, io);
  if (!(await io.isSocket(socket))) {
    await io.out(`ERROR: ${socket} not found\n`);
    return 1;
  }
  return await withOutput(parsed.options, io, (print) =>
    carryOut(planned.plan, sessionOf(parsed.options, io, socket, print)),
  );
}

async function usage(io: ToolIo, command: string | undefined, exit: 0 | 1): Promise<number> {
  await io.out(pvcontrolUsage(command));
  return exit;
}

function parse(
  argv: readonly string[],
): { readonly options: PvcontrolOptions; readonly words: readonly string[] } | "help" | "wrong" {
  const options: PvcontrolOptions = { verbose: false, socket: undefined, output: undefined, message: undefined };
  let at = 0;
  for (; at < argv.length; at++) {
    const word = argv[at] ?? "";
    if (word === "-h") return "help";
    if (word === "-v") options.verbose = true;
    else if (word === "-s" || word === "-f" || word === "-m") {
      const value = argv[++at];
      if (value === undefined) return "wrong";
      if (word === "-s") options.socket = value;
      else if (word === "-f") options.output = value;
      else options.message = value;
    } else if (word.startsWith("-") && word !== "--help") return "wrong";
    else break;
  }
  return { options, words: argv.slice(at) };
}

async function socketOf({ socket }: PvcontrolOptions, io: ToolIo): Promise<string> {
  if (socket !== undefined) return socket;
  for (const path of WELL_KNOWN) if (await io.isSocket(path)) return path;
  const given = io.env["SOCKET"];
  return given === undefined || given === "" ? LAST_RESORT : given;
}

/** With `-f`, results are gathered and written at the end, also when there are none. */
async function withOutput(
  options: PvcontrolOptions,
  io: ToolIo,
  work: (print: PvcontrolSession["print"]) => Promise<number>,
): Promise<number> {
  const { output } = options;
  if (output === undefined) return await work(async (content) => await io.out(content));
  const pieces: Uint8Array[] = [];
  const exit = await work(async (content) => {
    pieces.push(typeof content === "string" ? new TextEncoder().encode(content) : content);
  });
  await io.write(output, Buffer.concat(pieces));
  return exit;
}

function sessionOf(
  options: PvcontrolOptions,
  io: ToolIo,
  socket: string,
  print: PvcontrolSession["print"],
): PvcontrolSession {
  return {
    io,
    socket,
    message: options.message,
    print,
    ask: async ({ method, path, body }, bytes) => {
      if (options.verbose) await io.err(`* > ${method} ${path}\n`);
      const content = bytes ?? (body === undefined ? undefined : new TextEncoder().encode(body));
      const request = { socket, method, path, maxSeconds: bytes === undefined ? MAX_SECONDS : UPLOAD_SECONDS };
      const octets = bytes === undefined ? {} : { headers: [["Content-Type", "application/octet-stream"]] as const };
      return await askControl(io, content === undefined ? request : { ...request, ...octets, body: content });
    },
  };
}

async function carryOut(plan: PvcontrolPlan, session: PvcontrolSession): Promise<number> {
  try {
    return await act(plan, session);
  } catch (error) {
    if (!(error instanceof UnderstudyError)) throw error;
    if (!(error instanceof NetworkError)) {
      await session.io.err(`ERROR: ${error.message}\n`);
      return 1;
    }
    if (error.code === "refused" || error.code === "unreachable" || error.code === "denied") {
      await session.io.err("ERROR: got no response\n");
      return 1;
    }
    await session.io.err("\n");
    return 255;
  }
}

async function act(plan: PvcontrolPlan, session: PvcontrolSession): Promise<number> {
  switch (plan.kind) {
    case "request":
      return await finish(session, plan.request.path, await session.ask(plan.request));
    case "restart-daemon":
      return await restartDaemon(session, `/daemons/${plan.name}`);
    case "get-object":
      return await getObject(session, plan.sha256);
    case "put-object":
      return await putFile(session, plan.path, `/objects/${plan.sha256}`);
    case "put-step":
      return await putStep(session, plan.path, plan.revision);
    case "install":
      return await installStep(session, plan.archive, plan.revision);
  }
}

async function restartDaemon(session: PvcontrolSession, path: string): Promise<number> {
  const stopped = await session.ask({ method: "PUT", path, body: '{"action":"stop"}' });
  if (stopped.status !== 200) return await finish(session, path, stopped);
  return await finish(session, path, await session.ask({ method: "PUT", path, body: '{"action":"start"}' }));
}

async function getObject(session: PvcontrolSession, sha256: string): Promise<number> {
  const answer = await session.ask({ method: "GET", path: `/objects/${sha256}` });
  if (answer.status !== 200) return await finish(session, "/objects", answer);
  await session.print(answer.body);
  return 0;
}

async function putFile(session: PvcontrolSession, path: string, target: string): Promise<number> {
  const content = await fileOf(session, path);
  return await finish(session, target, await session.ask({ method: "PUT", path: target }, content));
}
