import { DEFAULT_SETTINGS } from "../node/settings.ts";
import { panos } from "./family.ts";
import type { PanoramaOptions } from "./panorama-options.ts";
import { PanoramaServer } from "./panorama-server.ts";
import { placeAt } from "./place-at.ts";
import { BASIC_SCENARIO } from "./scenario/basic.ts";
import { readScenario, type Scenario } from "./scenario/scenario.ts";

const CLOUD = "panorama";

/**
 * Starts a Panorama with the firewalls of a scenario, in real time over sockets. Resolves when all listeners are open, every
 * firewall is connected and every pair has settled; those that take longer than a minute are named in the log. Throws one plain
 * error (`bad-scenario`, `in-use`, `port-in-use` …) with nothing left open.
 */
export async function startPanorama(options: PanoramaOptions = {}): Promise<PanoramaServer> {
  const scenario = readScenario(options.scenario ?? BASIC_SCENARIO, options.file ?? "scenario", options);
  const { ServedCell } = await import("@understudy/kernel/live");
  const { db, database, host, logFor, port = 0, rateLimit, scale, tls, tlsPort } = options;
  const served = await ServedCell.open({
    ...placeAt(db, database),
    seed: options.seed ?? 1,
    events: options.events ?? { record: () => undefined },
    faults: scenario.faults,
    ...(host === undefined ? {} : { host }),
    ...(scale === undefined ? {} : { scale }),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(logFor === undefined ? {} : { logs: logFor }),
    ...(tlsPort === undefined ? {} : { tls: tls ?? "issued" }),
  });
  try {
    await served.startCloud(panos, {
      name: CLOUD,
      options: scenario.cloud,
      ports: {
        http: { port, option: "port" },
        link: { port: 0, option: "none" },
        ...(tlsPort === undefined ? {} : { https: { port: tlsPort, option: "tlsPort" } }),
      },
    });
    const ties = { cloud: CLOUD };
    await served.startDevices(
      scenario.devices.map((device, index) => ({ family: panos, spec: { ...device, index }, ties })),
    );
    await served.settle();
    return new PanoramaServer(served, CLOUD, apiKeyOf(scenario));
  } catch (error) {
    await served.close();
    throw error;
  }
}

const apiKeyOf = ({ cloud }: Scenario): string =>
  typeof cloud.api_key === "string" ? cloud.api_key : DEFAULT_SETTINGS.apiKey;
