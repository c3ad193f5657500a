import { type Audit, type FaultRule, jsonReply, milliseconds, type Router } from "@understudy/kernel";
import type { LabView } from "../lab-view.ts";
import { carryOut, errorReply, reply } from "./replies.ts";
import { type FaultRuleBody, FaultShape, type Faults, FaultsShape } from "./shapes.ts";

/** The fault book: what is in it, and one rule more. */
export function addFaultRoutes(router: Router, lab: LabView, audit: Audit): void {
  router.route({
    method: "GET",
    path: "/faults",
    describe: {
      summary: "The lab's fault rules, in order",
      tag: "faults",
      replies: { 200: reply("All of them", FaultsShape) },
    },
    handle: () => jsonReply({ faults: lab.faults.map(bodyOf) } satisfies Faults),
  });

  router.route({
    method: "POST",
    path: "/faults",
    body: FaultShape,
    describe: {
      summary: "Add a fault rule: what it matches fails, or takes longer, from now on",
      tag: "faults",
      replies: { 200: reply("All rules", FaultsShape), 404: reply("No such family or operation") },
    },
    handle: ({ body, via }) => {
      const wrong = unknownName(lab, body);
      if (wrong !== undefined) return errorReply(404, wrong);
      const target = `${body.operation} of ${body.device ?? body.family ?? "all"}`;
      return carryOut({ audit, who: via.remote, action: "fault.add", target, details: { ...body } }, async () => {
        lab.addFault(ruleOf(body));
        return jsonReply({ faults: lab.faults.map(bodyOf) } satisfies Faults);
      });
    },
  });
}

function unknownName(
  lab: LabView,
  body: FaultRuleBody,
): { readonly error: string; readonly message: string } | undefined {
  if (body.family === undefined) return undefined;
  const family = lab.families.find(({ name }) => name === body.family);
  if (family === undefined) {
    const known = lab.families.map(({ name }) => name).join(", ") || "none";
    return { error: "unknown-family", message: `There is no family called ${body.family}; known: ${known}.` };
  }
  if (/[*?]/.test(body.operation) || family.operations.includes(body.operation)) return undefined;
  const known = family.operations.join(", ") || "none";
  return { error: "unknown-operation", message: `${family.name} has no operation ${body.operation}; known: ${known}.` };
}

function ruleOf({ delayMs, ...rule }: FaultRuleBody): FaultRule {
  return delayMs === undefined ? rule : { ...rule, delay: milliseconds(delayMs) };
}

function bodyOf({ delay, ...rule }: FaultRule): FaultRuleBody {
  return delay === undefined ? rule : { ...rule, delayMs: delay };
}
