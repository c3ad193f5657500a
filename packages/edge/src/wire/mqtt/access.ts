import { coversFilter, hasWildcard, matchesTopic } from "./topic.ts";

/** Bits of an access rule, as broker plug-ins use them. */
export const ACCESS = { read: 1, write: 2, subscribe: 4, all: 7 } as const;

/** What a user may do with the topics of a filter. With `clientId`, only that client may. */
export interface AccessRule {
  readonly topic: string;
  /** Sum of {@link ACCESS} bits. */
  readonly access: number;
  readonly clientId?: string | null;
}

/**
 * Whether one of the rules allows `access` (read or write) to a topic, or a subscription to a filter. A filter is allowed
 * only if one rule covers it entirely.
 */
export function isAllowed(rules: readonly AccessRule[], access: number, topic: string, clientId: string): boolean {
  for (const rule of rules) {
    if ((rule.access & access) !== access) continue;
    if (rule.clientId !== undefined && rule.clientId !== null && rule.clientId !== clientId) continue;
    if (access === ACCESS.subscribe ? coversFilter(rule.topic, topic) : takesTopic(rule.topic, topic)) return true;
  }
  return false;
}

/** The common rule, `prefix/#`, without splitting. */
function takesTopic(rule: string, topic: string): boolean {
  const prefix = rule.length - 1;
  if (rule.endsWith("/#") && !hasWildcard(rule.slice(0, prefix)) && !topic.startsWith("$")) {
    return topic.startsWith(rule.slice(0, prefix)) || topic === rule.slice(0, prefix - 1);
  }
  return matchesTopic(rule, topic);
}
