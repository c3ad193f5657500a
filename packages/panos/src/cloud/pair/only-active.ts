import type { Caller } from "../../node/node.ts";
import { type Answer, CODES, refused } from "../../wire/api/answer.ts";
import { type ApiCall, parameter } from "../../wire/api/request.ts";
import type { RunningPanorama } from "../running-panorama.ts";

type Answers = (panorama: RunningPanorama, call: ApiCall, caller: Caller) => Answer | Promise<Answer>;

const PASSIVE = refused(CODES.denied, "Operation not allowed on a Panorama that is not the active one of its pair");

const READS: ReadonlySet<string | undefined> = new Set(["get", "show", "complete"]);

/** Only the active Panorama of a pair takes changes of the configuration and pushes it; either may be read. */
export const onlyActive =
  (answers: Answers): Answers =>
  (panorama, call, caller) => {
    const { ha } = panorama.whole;
    const isRead = parameter(call.parameters, "type") === "config" && READS.has(parameter(call.parameters, "action"));
    return ha === undefined || ha.role === "active" || isRead ? answers(panorama, call, caller) : PASSIVE;
  };
