import type { Instant } from "@understudy/kernel";
import { fits } from "../../wire/logs/match.ts";
import { parseQuery } from "../../wire/logs/query.ts";
import type { ShownReport } from "../../wire/reports/report-reply.ts";
import type { Ask } from "../jobs/ask.ts";
import { computedLogs } from "../logs/computed-logs.ts";
import { MAX_SCANNED } from "../logs/look-up.ts";
import type { RecordingNode } from "../node.ts";

interface Sums {
  bytes: number;
  sessions: number;
}

/** Puts a report together from the logs of its time. Panorama, which collects no logs, has reports without lines. */
export function makeReport(
  node: RecordingNode,
  ask: Extract<Ask, { readonly kind: "report" }>,
  generatedAt: Instant,
): ShownReport {
  const { name, form, from, to, top } = ask;
  const groups = node.profile.kind === "panorama" ? [] : [...summedUp(node.profile.serial, ask)];
  const ordered = groups.toSorted(([a, x], [b, y]) => y.bytes - x.bytes || y.sessions - x.sessions || (a < b ? -1 : 1));
  const lines = ordered.slice(0, top).map(([value, { bytes, sessions }]) => ({
    [form.groupBy]: value,
    nbytes: bytes,
    nsess: sessions,
  }));
  return { name, title: form.title, logType: form.logType, from, to, generatedAt, lines };
}

function summedUp(serial: string, ask: Extract<Ask, { readonly kind: "report" }>): ReadonlyMap<string, Sums> {
  const { form, from, to } = ask;
  const groups = new Map<string, Sums>();
  const query = parseQuery(form.query) ?? { kind: "all" };
  for (const { at, fields } of computedLogs(serial, form.source, to).take(MAX_SCANNED)) {
    if (at < from) break;
    const value = Object.hasOwn(fields, form.groupBy) ? fields[form.groupBy] : undefined;
    if (value === undefined) continue;
    if (!fits(query, (field) => (Object.hasOwn(fields, field) ? [fields[field] ?? ""] : []))) continue;
    const sums = groups.get(value) ?? { bytes: 0, sessions: 0 };
    sums.bytes += Number(fields.bytes ?? 0);
    sums.sessions += 1;
    groups.set(value, sums);
  }
  return groups;
}
