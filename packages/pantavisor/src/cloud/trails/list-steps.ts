import { type HttpReply, json } from "@understudy/kernel";
import type { Caller } from "../../wire/pantahub/claims.ts";
import { type StepResource, ZERO_STEP } from "../../wire/pantahub/step-resource.ts";
import type { Call } from "../http/endpoints.ts";
import type { Hub } from "../hub.ts";
import type { StepRow, TrailRow } from "../tables/trail-rows.ts";
import { CANONICAL_HEADERS, canonicalReply } from "./canonical-reply.ts";
import type { StatusTest, StepFilter } from "./step-filter.ts";
import { knownTrail, type Part, partIn } from "./trail-access.ts";
import { stepResource } from "./trail-view.ts";

/** Shared: the answer to nearly every poll of nearly every device. */
const NO_STEPS: HttpReply = { status: 200, headers: CANONICAL_HEADERS, body: json(Object.freeze([])) };

/** The C client drops bodies above 2 MiB; a list for a device stops well before, but has one step at least. */
const DEVICE_LIST_BYTES = 1024 ** 2;

/** `GET /trails/:id/steps`, by rising revision. */
export async function listSteps(hub: Hub, call: Call<{ id: string }>, caller: Caller): Promise<HttpReply> {
  const trail = await knownTrail(hub, call.params.id);
  const filter = hub.stepFilters.read(call.search);
  if (filter.status?.openOnly === true && trail.open === 0) return NO_STEPS;
  const part = await partIn(hub, trail, caller);
  if (part === "nobody") return NO_STEPS;
  const rows = await chosen(hub, trail, filter, part, caller);
  if (rows.length === 0) return NO_STEPS;
  const plain = rows.every((row) => row.plain);
  return canonicalReply(
    rows.map((row) => projected(stepResource(trail, row), filter)),
    plain,
  );
}

async function chosen(
  hub: Hub,
  trail: TrailRow,
  filter: StepFilter,
  part: Part,
  caller: Caller,
): Promise<readonly StepRow[]> {
  const byDevice = caller.device !== "";
  const page = { offset: filter.offset, ...(filter.limit !== undefined && { limit: filter.limit }) };
  if (filter.status === undefined) {
    if (part === "owner") return hub.find.stepsByTrailNotStatus.all([trail.id, "DONE"], page);
    if (trail.open === 0) return [];
    return hub.find.stepsByTrailAndStatus.all([trail.id, "NEW"], byDevice ? { ...page, limit: 1 } : page);
  }
  const rows = await passing(hub, trail, filter.status, page);
  return byDevice ? withinBounds(rows) : rows;
}

async function passing(
  hub: Hub,
  trail: TrailRow,
  test: StatusTest,
  page: { readonly offset: number; readonly limit?: number },
): Promise<readonly StepRow[]> {
  const end = page.limit === undefined ? undefined : page.offset + page.limit;
  const rows =
    test.listed === undefined
      ? (await hub.find.stepsOfTrail.all([trail.id])).filter((row) => test.passes(row.status))
      : await listed(hub, trail, test.listed, end);
  return rows.slice(page.offset, end);
}

/** One look into the index for each status: quicker than any plan for all at once where a trail has thousands of steps. */
async function listed(
  hub: Hub,
  trail: TrailRow,
  statuses: readonly string[],
  limit: number | undefined,
): Promise<readonly StepRow[]> {
  const page = limit === undefined ? {} : { limit };
  const found = await Promise.all(
    [...new Set(statuses)].map((status) => hub.find.stepsByTrailAndStatus.all([trail.id, status], page)),
  );
  return found.flat().sort((a, b) => a.rev - b.rev);
}

function withinBounds(rows: readonly StepRow[]): readonly StepRow[] {
  if (rows.length < 2) return rows;
  let bytes = 0;
  return rows.filter((row, at) => {
    bytes += JSON.stringify(row.state).length;
    return at === 0 || bytes <= DEVICE_LIST_BYTES;
  });
}

/** Members that are not asked for have their zero values. */
function projected(step: StepResource, filter: StepFilter): StepResource {
  if (filter.fields === undefined) return step;
  const { shown, hidden } = filter.fields;
  const kept = Object.entries(step).filter(
    ([name]) => (shown.length === 0 || shown.includes(name) || name === "id") && !hidden.includes(name),
  );
  return { ...ZERO_STEP, ...Object.fromEntries(kept) };
}
