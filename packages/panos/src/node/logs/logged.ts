import type { Answer } from "../../wire/api/answer.ts";
import { argumentText } from "../../wire/api/command.ts";
import { type ApiCall, parameter } from "../../wire/api/request.ts";
import { readXml } from "../../wire/xml/read.ts";
import { attribute, elementsOf } from "../../wire/xml/tree.ts";
import type { Behavior, Caller, RecordingNode } from "../node.ts";
import type { NewLog } from "./log-entry.ts";

type Handle<N> = (node: N, call: ApiCall, caller: Caller) => Answer | Promise<Answer>;

const READING = new Set(["", "get", "show", "complete"]);
/** Operations of one multi-config that are logged one by one; of the rest, how many there were. */
const MAX_OPERATIONS = 100;

/** `type=config` and `type=commit` with an entry in the configuration log for each change and commit. */
export const logged =
  <N extends RecordingNode>(type: "config" | "commit", handle: Handle<N>): Handle<N> =>
  (node, call, caller) => {
    const action = parameter(call.parameters, "action") ?? "";
    const answer = handle(node, call, caller);
    return type === "config" && READING.has(action) ? answer : noted(node, call, caller, type, answer);
  };

async function noted(
  node: RecordingNode,
  call: ApiCall,
  caller: Caller,
  type: "config" | "commit",
  answer: Answer | Promise<Answer>,
): Promise<Answer> {
  const outcome = await answer;
  const whole = isBad(outcome) ? "Failed" : "Succeeded";
  const action = parameter(call.parameters, "action") ?? "";
  const log = (cmd: string, path: string, result: string): NewLog => configLog(node, caller, cmd, path, result);
  if (type === "commit") {
    if (outcome.kind === "job") await node.note([log(action === "all" ? "commit-all" : "commit", "", "Submitted")]);
  } else if (action === "multi-config") {
    await node.note(operationsOf(call).map(({ cmd, path }) => log(cmd, path, whole)));
  } else {
    await node.note([log(action, parameter(call.parameters, "xpath") ?? "", whole)]);
  }
  return outcome;
}

/** A command that changes the candidate configuration as a whole, with an entry in the configuration log. */
export const loggedCommand = <N extends RecordingNode>(behavior: Behavior<N>): Behavior<N> => {
  const cmd = WHOLE[behavior.on];
  if (cmd === undefined) return behavior;
  return {
    on: behavior.on,
    handle: async (node, command, caller) => {
      const answer = await behavior.handle(node, command, caller);
      await node.note([configLog(node, caller, cmd, argumentText(command), isBad(answer) ? "Failed" : "Succeeded")]);
      return answer;
    },
  };
};

const WHOLE: Readonly<Record<string, string>> = {
  "load.config.from": "load",
  "save.config.to": "save",
  "revert.config": "revert",
};

/** An entry of the configuration log. */
export const configLog = (node: RecordingNode, caller: Caller, cmd: string, path: string, result: string): NewLog => ({
  at: node.now(),
  type: "config",
  subtype: "0",
  fields: {
    host: caller.remote,
    vsys: caller.vsys ?? "",
    cmd,
    admin: caller.admin,
    client: "Web",
    result,
    path: path.slice(0, 1024),
  },
});

/** The answer says no. */
export const isBad = (answer: Answer): boolean =>
  answer.kind === "error" || (answer.kind === "document" && answer.body.markup.startsWith('<response status="error"'));

function operationsOf(call: ApiCall): readonly { readonly cmd: string; readonly path: string }[] {
  const reading = readXml(parameter(call.parameters, "element") ?? "");
  if (!reading.ok) return [{ cmd: "multi-config", path: "" }];
  const operations = elementsOf(reading.root).filter(({ name }) => name !== "get" && name !== "show");
  const single = operations.slice(0, MAX_OPERATIONS).map((operation) => ({
    cmd: operation.name,
    path: attribute(operation, "xpath") ?? "",
  }));
  const rest = operations.length - single.length;
  return rest === 0 ? single : [...single, { cmd: "multi-config", path: `${rest} more operations` }];
}
