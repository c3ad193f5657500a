import { type Exit, UnderstudyError } from "@understudy/kernel";
import type { Core } from "./core.ts";

/** The end of a device that was to make one pass only: once nothing is under way; `undefined` while something is. */
export function oneShotExit(core: Core): Exit | undefined {
  if (core.failures + core.updateFailures > 0) {
    const message = "The device could not make its one pass: the hub did not answer as it should.";
    return {
      kind: "failed",
      error: new UnderstudyError("one-shot-failed", message, { failures: core.failures + core.updateFailures }),
    };
  }
  return core.info.update === undefined && core.info.untold === undefined ? { kind: "power-off" } : undefined;
}
