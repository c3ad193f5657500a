import { coversFilter, hasWildcard, matchesTopic } from "./topic.ts";

/** Bits of an access rule, as broker plug-ins use them. */
export const ACCESS = { read: 1, write: 2, subscribe: 4, all: 7 } as const;

/** What a user may do with the topics of a filter. With `clientid`, only that client may. */
export interface AccessRule {
  readonly topic: string;
  /** Sum of {@link ACCESS} bits. */
  readonly access: number;
  readonly clientid?: string | null;
}

/** Whether one of the rules allows that access (read, write) to a topic. */
export const isAllowed = (rules: readonly AccessRule[], access: number, topic: string, clientId: string): boolean =>
  rules.some((rule) => isFor(rule, access, clientId) && takesTopic(rule.topic, topic));

/** Whether a filter may be subscribed: one rule must cover it entirely, and allow to read what comes. */
export const maySubscribe = (rules: readonly AccessRule[], filter: string, clientId: string): boolean =>
  rules.some((rule) => isFor(rule, ACCESS.subscribe | ACCESS.read, clientId) && coversFilter(rule.topic, filter));

const isFor = (rule: AccessRule, access: number, clientId: string): boolean =>
  (rule.access & access) === access && (rule.clientid ?? clientId) === clientId;

/** The common rule, `prefix/#`, without splitting. */
function takesTopic(rule: string, topic: string): boolean {
  const prefix = rule.length - 1;
  if (rule.endsWith("/#") && !hasWildcard(rule.slice(0, prefix)) && !topic.startsWith("$")) {
    return topic.startsWith(rule.slice(0, prefix)) || topic === rule.slice(0, prefix - 1);
  }
  return matchesTopic(rule, topic);
}
