import { argumentText } from "../../wire/api/command.ts";
import type { Behavior, RecordingNode } from "../node.ts";
import { isBad } from "./logged.ts";

/** The first words of operational commands that change something. */
const CHANGING = new Set(["request", "set", "delete", "clear", "load", "save", "revert"]);
/** Under these words nothing is changed all the same. */
const ASKING = /(^|\.)(info|check|show|stats|list-capacities|status|password-hash)(\.|$)/;

/** Commands whose arguments are secrets. */
const SECRET = /license|auth-key/;

/** An operational command with an entry in the server's audit log: who ordered what, of which node. */
export const audited = <N extends RecordingNode>(behavior: Behavior<N>): Behavior<N> => {
  const [first = ""] = behavior.on.split(".");
  if (!CHANGING.has(first) || ASKING.test(behavior.on)) return behavior;
  return {
    on: behavior.on,
    handle: async (node, command, caller) => {
      const answer = await behavior.handle(node, command, caller);
      node.world.audit.record({
        who: caller.admin,
        action: behavior.on,
        target:
          `${node.profile.serial} ${SECRET.test(behavior.on) ? "" : argumentText(command).slice(0, 256)}`.trimEnd(),
        result: isBad(answer) ? "refused" : "done",
      });
      return answer;
    },
  };
};
