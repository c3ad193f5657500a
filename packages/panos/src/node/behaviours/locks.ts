import { type Answer, CODES, refused, result, resultText } from "../../wire/api/answer.ts";
import { argument } from "../../wire/api/command.ts";
import { dateTime } from "../../wire/time.ts";
import { xml } from "../../wire/xml/write.ts";
import type { Lock } from "../config/config-state.ts";
import { giveUpLock, type LockChange, takeLock } from "../config/locks.ts";
import type { Behavior, Caller, ConfiguredNode } from "../node.ts";

type LockBehavior = Behavior<ConfiguredNode>;

const scopeOf = (caller: Caller): string => (caller.vsys === undefined || caller.vsys === "" ? "shared" : caller.vsys);

const told = (change: LockChange): Answer =>
  change.ok ? resultText(change.text) : refused(CODES.notFound, change.text);

const takes = (kind: Lock["kind"]): LockBehavior => ({
  on: `request.${kind}-lock.add`,
  handle: (node, command, caller) =>
    node.change((state, now) => {
      const change = takeLock(
        state.config,
        kind,
        scopeOf(caller),
        caller.admin,
        argument(command, "comment") ?? "",
        now,
      );
      return { state: change.ok ? { ...state, config: change.config } : state, result: told(change) };
    }),
});

const givesUp = (kind: Lock["kind"]): LockBehavior => ({
  on: `request.${kind}-lock.remove`,
  handle: (node, _, caller) =>
    node.change((state) => {
      const change = giveUpLock(state.config, kind, scopeOf(caller), caller.admin);
      return { state: change.ok ? { ...state, config: change.config } : state, result: told(change) };
    }),
});

const lists = (kind: Lock["kind"]): LockBehavior => ({
  on: `show.${kind}-locks`,
  handle: (node) => {
    const locks = node.state.config.locks.filter((lock) => lock.kind === kind);
    if (locks.length === 0) return result({ markup: `<${kind}-locks/>` });
    const entries = locks.map(
      (lock) =>
        xml`<entry name="${lock.admin}"><type>${lock.scope === "shared" ? "shared" : "vsys"}</type><name>${lock.scope}</name><created>${dateTime(lock.created)}</created><last-activity>${dateTime(lock.created)}</last-activity><loggedin>yes</loggedin><comment>${lock.comment}</comment></entry>`,
    );
    return result({ markup: `<${kind}-locks>${xml`${entries}`.markup}</${kind}-locks>` });
  },
});

export const lockBehaviors: readonly LockBehavior[] = (["config", "commit"] as const).flatMap((kind) => [
  takes(kind),
  givesUp(kind),
  lists(kind),
]);
