export { ApiClient, ApiClientError, type ApiClientErrorCode, type ApiReply } from "./site/api-client.ts";
export { panos } from "./site/family.ts";
export type { PanoramaOptions } from "./site/panorama-options.ts";
export type { FirewallHandle, PanoramaServer } from "./site/panorama-server.ts";
export { placeAt, type ScenarioPlace } from "./site/place-at.ts";
export { BASIC_SCENARIO } from "./site/scenario/basic.ts";
export { readScenario, type Scenario, type ScenarioOverrides } from "./site/scenario/scenario.ts";
export { startPanorama } from "./site/start-panorama.ts";
