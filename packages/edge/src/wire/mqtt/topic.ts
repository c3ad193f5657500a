/** Longest topic or filter that is taken; MQTT itself allows 65,535 bytes. */
export const MAX_TOPIC_LENGTH = 1_024;
/** Most levels of a topic or filter that is taken. */
export const MAX_TOPIC_LEVELS = 32;

/** A topic that can be published to: not empty, no wildcards, no NUL, within the limits. */
export function isTopic(text: string): boolean {
  return isBounded(text) && !text.includes("+") && !text.includes("#");
}

/** A filter that can be subscribed to: `+` stands for one whole level, `#` for all the rest and only at the end. */
export function isFilter(text: string): boolean {
  if (!isBounded(text)) return false;
  const levels = text.split("/");
  return levels.every((level, index) =>
    level.includes("#") ? level === "#" && index === levels.length - 1 : !level.includes("+") || level === "+",
  );
}

export const hasWildcard = (filter: string): boolean => filter.includes("+") || filter.endsWith("#");

/**
 * Whether a message on `topic` goes to a subscriber of `filter`. `#` also stands for its parent level (`a/#` takes `a`);
 * a wildcard at the beginning does not take topics that begin with `$`.
 */
export function matchesTopic(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  if (!hasWildcard(filter) || isHiddenFrom(filter, topic)) return false;
  const wanted = filter.split("/");
  const levels = topic.split("/");
  for (const [index, level] of wanted.entries()) {
    if (level === "#") return true;
    if (index >= levels.length) return false;
    if (level !== "+" && level !== levels[index]) return false;
    if (index === levels.length - 1 && wanted.length === index + 2) return wanted[index + 1] === "#";
  }
  return wanted.length === levels.length;
}

/** Whether `rule` takes every topic that `filter` takes: what an access rule must do before the filter may be subscribed. */
export function coversFilter(rule: string, filter: string): boolean {
  if (rule === filter) return true;
  if (!hasWildcard(rule) || isHiddenFrom(rule, filter)) return false;
  const allowed = rule.split("/");
  const levels = filter.split("/");
  for (const [index, level] of allowed.entries()) {
    if (level === "#") return true;
    const asked = levels[index];
    if (asked === undefined) return false;
    if (asked === "#") return false;
    if (level !== "+" && level !== asked) return false;
    if (index === levels.length - 1 && allowed.length === index + 2) return allowed[index + 1] === "#";
  }
  return allowed.length === levels.length;
}

/** Whether a topic such as `$SYS/…` is out of reach of a filter that begins with a wildcard. */
export const isHiddenFrom = (filter: string, topic: string): boolean =>
  topic.startsWith("$") && (filter.startsWith("+") || filter.startsWith("#"));

function isBounded(text: string): boolean {
  if (text.length === 0 || text.length > MAX_TOPIC_LENGTH || text.includes("\0")) return false;
  let levels = 1;
  for (let at = text.indexOf("/"); at >= 0; at = text.indexOf("/", at + 1)) levels++;
  return levels <= MAX_TOPIC_LEVELS;
}
