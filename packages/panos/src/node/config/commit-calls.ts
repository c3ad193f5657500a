import { type Answer, CODES, enqueued, MALFORMED, refused } from "../../wire/api/answer.ts";
import { type ApiCall, parameter } from "../../wire/api/request.ts";
import { readXml } from "../../wire/xml/read.ts";
import { child, childText, type XmlElement } from "../../wire/xml/tree.ts";
import { missing } from "../api/answer-call.ts";
import { injectedFate } from "../jobs/injected-fate.ts";
import { isRunning, type JobFate, WILL_SUCCEED } from "../jobs/job.ts";
import { enqueue } from "../jobs/queue.ts";
import type { Caller, ConfiguredNode } from "../node.ts";
import type { NodeState } from "../state.ts";
import { longer } from "../timing.ts";
import { type CommitScope, isMeant, readScope } from "./commit-scope.ts";
import { commitLockedBy, lockedBy } from "./locks.ts";
import { validate } from "./validate.ts";

/** What a `<commit>` asks for. */
export interface CommitOrder {
  readonly description: string | undefined;
  readonly force: boolean;
  readonly validateOnly: boolean;
  /** Which changes; `undefined`: all. */
  readonly scope: CommitScope | undefined;
}

/** Reads `<commit>…</commit>`; `undefined` when it is something else. */
export function readCommit(root: XmlElement): CommitOrder | undefined {
  if (root.name !== "commit") return undefined;
  const validating = child(root, "validate");
  const partial =
    child(root, "partial") ??
    child(root, "commit-partial") ??
    (validating === undefined ? undefined : child(validating, "partial"));
  return {
    description: childText(root, "description"),
    force: child(root, "force") !== undefined,
    validateOnly: validating !== undefined,
    scope: readScope(partial),
  };
}

const NO_CHANGES: Answer = {
  kind: "message",
  lines: ["There are no changes to commit."],
  code: CODES.success,
  form: "msg",
};

/** Answers `type=commit` where nothing is to be pushed. */
export function answerCommit(node: ConfiguredNode, call: ApiCall, caller: Caller): Answer | Promise<Answer> {
  if (parameter(call.parameters, "action") === "all")
    return refused(CODES.invalidCommand, " commit-all  is unexpected");
  const source = parameter(call.parameters, "cmd");
  if (source === undefined || source === "") return missing("cmd");
  const reading = readXml(source);
  const order = reading.ok ? readCommit(reading.root) : undefined;
  if (order === undefined)
    return reading.ok ? refused(CODES.invalidCommand, ` ${reading.root.name}  is unexpected`) : MALFORMED;
  return order.validateOnly ? startValidation(node, caller) : startCommit(node, order, caller);
}

/** Why a commit cannot start now; `undefined` when it can. */
export function commitObstacle(state: NodeState, admin: string): Answer | undefined {
  const unfinished = state.jobs.filter((job) => job.end === undefined);
  if (unfinished.some(({ type }) => type === "Commit" || type === "Validate")) {
    return refused(CODES.notFound, "Another commit/validate is in progress. Please try again later");
  }
  if (unfinished.some((job) => isRunning(job) && job.task.kind === "install")) {
    return refused(CODES.notFound, "You cannot commit while an install is in progress. Please try again later.");
  }
  const holder = commitLockedBy(state.config, admin) ?? lockedBy(state.config, "config", "shared", admin);
  return holder === undefined ? undefined : refused(CODES.notFound, `Configuration is locked by ${holder}`);
}

async function startCommit(node: ConfiguredNode, order: CommitOrder, caller: Caller): Promise<Answer> {
  const early = commitObstacle(node.state, caller.admin);
  if (early !== undefined) return early;
  if (!order.force && !hasChanges(node, order.scope)) return NO_CHANGES;
  const problems = validate(node.profile.kind, node.config.candidate, node.pushed);
  const prepared = await node.config.prepareCommit(node.state.config, order.scope);
  return node.change((state, now) => {
    const late = commitObstacle(state, caller.admin);
    if (late !== undefined) return { state, result: late };
    const fault = node.strike("commit");
    const job = {
      type: "Commit",
      task: {
        kind: "commit",
        admin: caller.admin,
        document: prepared.document,
        coverage: prepared.coverage,
        warnings: problems,
      },
      user: caller.admin,
      length: longer(node.draw(node.settings.timing.commit), fault?.delay),
      fate: commitFate(fault?.error, node.settings.commitValidation === "strict" ? problems : []),
      ...(order.description === undefined ? {} : { description: order.description }),
    } as const;
    const queued = enqueue({ ...state, config: { ...state.config, lastDocument: prepared.lastDocument } }, job, now);
    return { state: queued.node, result: enqueued(queued.id, `Commit job enqueued with jobid ${queued.id}`) };
  });
}

const hasChanges = (node: ConfiguredNode, scope: CommitScope | undefined): boolean =>
  node.config.isChanged && (scope === undefined || node.config.journal.some((entry) => isMeant(scope, entry)));

function commitFate(injected: string | undefined, problems: readonly string[]): JobFate {
  if (problems.length > 0) return { kind: "fail", reason: [...problems, "Commit failed"], share: 1 };
  return injectedFate(injected, 1, (error) => [error, "Commit failed"]);
}

/** A job that only looks whether the candidate could be committed. */
export function startValidation(node: ConfiguredNode, caller: Caller): Promise<Answer> {
  const problems = validate(node.profile.kind, node.config.candidate, node.pushed);
  return node.change((state, now) => {
    const obstacle = commitObstacle(state, caller.admin);
    if (obstacle !== undefined) return { state, result: obstacle };
    const strict = node.settings.commitValidation === "strict" && problems.length > 0;
    const job = {
      type: "Validate",
      task: { kind: "validate", warnings: problems },
      user: caller.admin,
      length: node.draw(node.settings.timing.commit),
      fate: strict ? ({ kind: "fail", reason: [...problems, "Validation Error"], share: 1 } as const) : WILL_SUCCEED,
    } as const;
    const queued = enqueue(state, job, now);
    return { state: queued.node, result: enqueued(queued.id, `Validate job enqueued with jobid ${queued.id}`) };
  });
}
