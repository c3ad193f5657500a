import { type Audit, compileShape, type JsonObject, jsonReply, type Router, type Shape } from "@understudy/kernel";
import type { TSchema } from "typebox";
import type { LabView } from "../lab-view.ts";
import { carryOut, errorReply, reply, unreadable } from "./replies.ts";
import { ActionResultShape, ActionShape, type Families, FamiliesShape } from "./shapes.ts";

/** What families can do, and doing it. */
export function addActionRoutes(router: Router, lab: LabView, audit: Audit): void {
  const shapes = new Map<TSchema, Shape<unknown>>();
  const shapeOf = (schema: TSchema): Shape<unknown> => {
    const shape = shapes.get(schema) ?? compileShape(schema);
    shapes.set(schema, shape);
    return shape;
  };

  router.route({
    method: "GET",
    path: "/families",
    describe: {
      summary: "Families in this lab",
      tag: "actions",
      replies: { 200: reply("All of them", FamiliesShape) },
    },
    handle: () => {
      const families = lab.families.map(({ name, phases, schemas, operations }) => ({
        name,
        phases: [...phases],
        actions: { ...schemas.actions },
        operations: [...operations],
        ...(schemas.force !== undefined && { force: schemas.force }),
      }));
      return jsonReply({ families } satisfies Families);
    },
  });

  router.route({
    method: "POST",
    path: "/actions/:family/:action",
    body: ActionShape,
    bodyRules: { whenEmpty: {} },
    describe: {
      summary: "Carry out a family's action, such as publishing a revision",
      tag: "actions",
      replies: {
        200: reply("What came of it", ActionResultShape),
        404: reply("No such family or action"),
        409: reply("The lab cannot do that"),
      },
    },
    handle: async ({ params, body, via }) => {
      const family = lab.families.find((one) => one.name === params.family);
      if (family === undefined)
        return unknown(
          "family",
          params.family,
          lab.families.map((one) => one.name),
        );
      const { actions } = family.schemas;
      const schema = Object.hasOwn(actions, params.action) ? actions[params.action] : undefined;
      if (schema === undefined) return unknown("action", params.action, Object.keys(actions));
      const args = (body.args ?? {}) as JsonObject; // Came as JSON.
      const problem = shapeOf(schema).problem(args, "body.args");
      if (problem !== undefined) return unreadable(problem);
      const devices = body.devices ?? "all";
      const target = devices === "all" ? `all ${params.family}` : `${devices.length} ${params.family}`;
      const change = {
        audit,
        who: via.remote,
        action: `${params.family}.${params.action}`,
        target,
        details: { args, devices },
      };
      return carryOut(change, async () => {
        const result = await lab.act(params.family, params.action, args, devices);
        return jsonReply({ result });
      });
    },
  });
}

function unknown(what: string, name: string, known: readonly string[]) {
  const list = known.join(", ") || "none";
  return errorReply(404, { error: `unknown-${what}`, message: `There is no ${what} called ${name}; known: ${list}.` });
}
