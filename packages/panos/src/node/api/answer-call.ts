import {
  type Answer,
  badRequest,
  FORBIDDEN,
  FORBIDDEN_LEGACY,
  MALFORMED,
  result,
  unexpected,
} from "../../wire/api/answer.ts";
import { type CommandTree, walkCommand } from "../../wire/api/command.ts";
import { type ApiCall, parameter } from "../../wire/api/request.ts";
import { readXml } from "../../wire/xml/read.ts";
import { xml } from "../../wire/xml/write.ts";
import { isOn } from "../behaviours/system-settings.ts";
import { loginLog } from "../logs/node-logs.ts";
import type { Behavior, Caller, ConfiguredNode, PanosNode, RecordingNode } from "../node.ts";
import { login } from "./authenticate.ts";

/** What a kind of node can be asked for by `type`, besides `keygen`, `version` and `op`. */
export type CallTypes<N> = Readonly<
  Record<string, (node: N, call: ApiCall, caller: Caller) => Answer | Promise<Answer>>
>;

/** All a kind of node knows of the API. */
export interface ApiTable<N> {
  readonly commands: CommandTree<Behavior<N>>;
  readonly types: CallTypes<N>;
  /** Told of each operational command that is not in the table. */
  readonly unknown?: (node: N, path: readonly string[]) => void;
}

const ILLEGAL_TYPE = (type: string): Answer => badRequest(`Illegal value for parameter "type" [${type}].`);
export const missing = (name: string): Answer => badRequest(`Missing value for parameter "${name}".`);

/** The answer to failed authentication: a matter of the release the node plays. */
export const forbidden = (node: PanosNode): Answer =>
  node.settings.authErrors === "legacy" ? FORBIDDEN_LEGACY : FORBIDDEN;

/** Answers a call that needs no authentication any more. */
export function answerCall<N extends RecordingNode>(
  node: N,
  table: ApiTable<N>,
  call: ApiCall,
  caller: Caller,
): Answer | Promise<Answer> {
  const type = parameter(call.parameters, "type");
  if (type === undefined || type === "") return missing("type");
  switch (type) {
    case "op":
      return operate(node, table, call, caller);
    case "version":
      return version(node);
    case "keygen":
      return keygen(node, call, caller.remote);
    default: {
      const handle = Object.hasOwn(table.types, type) ? table.types[type] : undefined;
      return handle === undefined ? ILLEGAL_TYPE(type) : handle(node, call, caller);
    }
  }
}

/** Gives a key for a user and password: a login, which is logged. Needs no authentication itself. */
export async function keygen(node: RecordingNode, call: ApiCall, remote: string): Promise<Answer> {
  const user = parameter(call.parameters, "user");
  const password = parameter(call.parameters, "password");
  const key = user === undefined || password === undefined ? undefined : login(node, user, password)?.key;
  await node.note([loginLog(node.now(), user ?? "", remote, key === undefined ? "failed" : "well")]);
  return key === undefined ? forbidden(node) : result(xml`<key>${key}</key>`);
}

function version(node: ConfiguredNode): Answer {
  const { profile, state } = node;
  return result(
    xml`<sw-version>${state.version}</sw-version><multi-vsys>${isOn(node, "multi-vsys") ? "on" : "off"}</multi-vsys><model>${profile.model}</model><serial>${profile.serial}</serial>`,
  );
}

function operate<N extends PanosNode>(
  node: N,
  table: ApiTable<N>,
  call: ApiCall,
  caller: Caller,
): Answer | Promise<Answer> {
  const source = parameter(call.parameters, "cmd");
  if (source === undefined || source.trim() === "") return missing("cmd");
  const reading = readXml(source);
  if (!reading.ok) return MALFORMED;
  const walk = walkCommand(table.commands, reading.root);
  if (!walk.found) {
    table.unknown?.(node, walk.path);
    return unexpected(walk.path);
  }
  return walk.entry.handle(node, walk.command, caller);
}
