import type { JsonObject, JsonValue } from "@understudy/kernel";

/**
 * The apps of a target as they are seen running on a device without containers: each service with the members that a state
 * report has, and `status: "running"`. Entries that are no apps are left out.
 */
export function simulateApps(apps: JsonObject): JsonObject {
  const running: [string, JsonValue][] = [];
  for (const [appId, app] of Object.entries(apps)) {
    if (!isObject(app)) continue;
    const services = Array.isArray(app["services"]) ? app["services"].filter(isObject).map(runningService) : [];
    running.push([appId, { appId: app["appId"] ?? appId, appName: app["appName"] ?? appId, services }]);
  }
  return Object.fromEntries(running);
}

function runningService(service: JsonObject): JsonObject {
  const name = service["serviceName"] ?? "service";
  return {
    serviceId: service["serviceId"] ?? name,
    serviceName: name,
    imageName: service["imageName"] ?? service["image"] ?? "",
    status: "running",
  };
}

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);
