import type { Instant } from "@understudy/kernel";
import type { NewLog } from "../logs/log-entry.ts";
import type { DynamicObjects } from "./dynamic-objects.ts";

/** Entries that one message leaves in the logs at most; of the rest it is told how many there were. */
const MAX_ENTRIES = 100;

/** What a message has made of mappings and tags, as the logs of users and of tags tell it. Pure. */
export function userIdLogs(
  before: DynamicObjects,
  after: DynamicObjects,
  now: Instant,
  vsys: string,
): readonly NewLog[] {
  const logs = [...mappingLogs(before, after, now, vsys), ...tagLogs(before, after, now, vsys)];
  if (logs.length <= MAX_ENTRIES) return logs;
  const text = `${logs.length - MAX_ENTRIES} further mappings and tags of the same message are not logged one by one.`;
  const fields = { eventid: "uid-message", object: "", severity: "informational", opaque: text };
  return [...logs.slice(0, MAX_ENTRIES), { at: now, type: "system", subtype: "userid", fields }];
}

function mappingLogs(before: DynamicObjects, after: DynamicObjects, at: Instant, vsys: string): readonly NewLog[] {
  return changedKeys(before.mappings, after.mappings).map((ip) => {
    const mapping = after.mappings[ip];
    const user = (mapping ?? before.mappings[ip])?.user ?? "";
    const fields = {
      vsys: mapping?.vsys ?? vsys,
      ip,
      user,
      datasourcename: "xmlapi",
      datasource: "xml-api",
      timeout: String(mapping?.timeoutSeconds ?? 0),
    };
    return { at, type: "userid", subtype: mapping === undefined ? "logout" : "login", fields };
  });
}

function tagLogs(before: DynamicObjects, after: DynamicObjects, at: Instant, vsys: string): readonly NewLog[] {
  return changedKeys(before.ips, after.ips).flatMap((ip) => {
    const [old, now] = [before.ips[ip]?.tags ?? {}, after.ips[ip]?.tags ?? {}];
    return changedKeys(old, now).map((tag): NewLog => {
      const event_id = Object.hasOwn(now, tag) ? "register" : "unregister";
      const fields = { vsys, ip, tag_name: tag, event_id, datasourcename: "xmlapi", datasource_type: "xml-api" };
      return { at, type: "iptag", subtype: event_id, fields };
    });
  });
}

/** Keys whose values are not the same in both, in the order of what is new and then of what is gone. */
const changedKeys = <T>(before: Readonly<Record<string, T>>, after: Readonly<Record<string, T>>): readonly string[] => [
  ...Object.keys(after).filter((key) => before[key] !== after[key]),
  ...Object.keys(before).filter((key) => !Object.hasOwn(after, key)),
];
