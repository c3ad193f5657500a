import { type Answer, CODES, refused, WRITTEN } from "../../wire/api/answer.ts";
import type { ConfiguredNode } from "../node.ts";
import type { ConfigChange } from "./change.ts";
import { lockedBy, scopeOf } from "./locks.ts";
import type { Edited } from "./refusal.ts";

const ABSENT: Answer = { kind: "message", lines: ["Object doesn't exist"], code: CODES.notPresent, form: "msg" };

/** The answer to one change. */
export function toldOf(edited: Edited): Answer {
  switch (edited.kind) {
    case "changed":
      return WRITTEN;
    case "absent":
      return ABSENT;
    case "refused":
      return refused(edited.refusal.code, ...edited.refusal.lines);
  }
}

/** The lock of another administrator that forbids one of the changes. */
export function obstacle(node: ConfiguredNode, changes: readonly ConfigChange[], admin: string): Answer | undefined {
  for (const { xpath } of changes) {
    const holder = lockedBy(node.state.config, "config", scopeOf(xpath), admin);
    if (holder !== undefined) return refused(CODES.notFound, `Configuration is locked by ${holder}`);
  }
  return undefined;
}
