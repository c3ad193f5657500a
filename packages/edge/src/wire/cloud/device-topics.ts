/** Topics of one device lie below this prefix and its uuid. */
const PREFIX = "iot/device/";

/** `iot/device/<uuid>/<rest>`, such as `state`, `status`, `agent/update`. */
export const deviceTopic = (uuid: string, rest: string): string => `${PREFIX}${uuid}/${rest}`;

/** The filter that takes all of a device's topics: what its access rule allows. */
export const deviceTopics = (uuid: string): string => `${PREFIX}${uuid}/#`;

/** Name of a device's MQTT user, and its client id. */
export const mqttUserOf = (uuid: string): string => `device_${uuid}`;

/** Whose topic it is and what follows the uuid; `undefined` for topics that are no device's. */
export function parseDeviceTopic(topic: string): { readonly uuid: string; readonly rest: string } | undefined {
  if (!topic.startsWith(PREFIX)) return undefined;
  const slash = topic.indexOf("/", PREFIX.length);
  if (slash <= PREFIX.length || slash === topic.length - 1) return undefined;
  return { uuid: topic.slice(PREFIX.length, slash), rest: topic.slice(slash + 1) };
}
