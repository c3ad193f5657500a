import { type CloudLink, type DeviceSpec, InProcessNetwork, type Network, tcp } from "@understudy/kernel";
import { Panorama } from "../cloud/panorama.ts";
import { readState } from "../device/state-file.ts";
import type { Place } from "../live/place.ts";
import { parseHostPort } from "../node/addresses.ts";
import { firewallProfile } from "../node/firewall-profile.ts";
import { DEFAULT_SETTINGS } from "../node/settings.ts";
import { panos } from "./family.ts";
import type { PanoramaOptions } from "./panorama-options.ts";
import { PanoramaServer } from "./panorama-server.ts";
import { BASIC_SCENARIO } from "./scenario/basic.ts";
import { readScenario, type Scenario } from "./scenario/scenario.ts";

const CLOUD = "panorama";

/**
 * Starts a Panorama with the firewalls of a scenario, in real time over sockets. Resolves when all listeners are open, every
 * firewall is connected and every pair has settled. Throws one plain error (`bad-scenario`, `in-use`, `port-in-use` …) with nothing left open.
 */
export async function startPanorama(options: PanoramaOptions = {}): Promise<PanoramaServer> {
  const scenario = readScenario(options.scenario ?? BASIC_SCENARIO, options.file ?? "scenario", options);
  const { LiveCell, explainListening } = await import("@understudy/kernel/live");
  const { openPlace } = await import("../live/place.ts");
  const { splitNetwork } = await import("../live/split-network.ts");
  const place = await openPlace(options);
  let network: Network | undefined;
  const cell = new LiveCell({
    seed: options.seed ?? 1,
    events: options.events ?? { record: () => undefined },
    faults: scenario.faults,
    stores: place.stores,
    storageFor: (id, time) => place.storageFor(id, time),
    linkOf: () => network ?? cell.network,
    ...(options.scale === undefined ? {} : { scale: options.scale }),
    ...(options.logFor === undefined ? {} : { logFor: options.logFor }),
  });
  const channels = new InProcessNetwork(cell.time);
  network = splitNetwork(cell.network, channels);
  const close = async (): Promise<void> => {
    await cell.power.stopAll();
    await channels[Symbol.asyncDispose]();
    await cell[Symbol.asyncDispose]();
    await place.close();
  };
  try {
    const server = new PanoramaServer(cell, apiKeyOf(scenario), close);
    await runScenario({ cell, scenario, options, server, place });
    return server;
  } catch (error) {
    await close();
    throw explainListening(error, { host: options.host ?? "127.0.0.1", port: options.port ?? 0, option: "--port" });
  }
}

type LiveCell = InstanceType<typeof import("@understudy/kernel/live").LiveCell>;

interface Start {
  readonly cell: LiveCell;
  readonly scenario: Scenario;
  readonly options: PanoramaOptions;
  readonly server: PanoramaServer;
  readonly place: Place;
}

async function runScenario({ cell, scenario, options, server, place }: Start): Promise<void> {
  const { host = "127.0.0.1", port = 0, tlsPort, tls, direct } = options;
  await cell.addCloud(panos, {
    name: CLOUD,
    options: direct === undefined ? scenario.cloud : { ...scenario.cloud, direct },
    listen: {
      http: tcp(host, port),
      link: tcp(CLOUD, 7422),
      ...(tlsPort === undefined ? {} : { https: tcp(host, tlsPort) }),
    },
    ...(tls === undefined ? {} : { tls }),
  });
  announce(cell, false);
  for (const { id, options: device } of scenario.devices) {
    const spec = { id, index: cell.devices.size, options: device };
    await cell.addDevice(panos, spec, { link: await withTls(await cell.linkFor(CLOUD, spec), spec, options) });
    if (await isUp(place, id)) await cell.power.on(id);
  }
  const expected = scenario.devices.filter(({ id }) => cell.power.isOn(id));
  const settled = (): boolean => expected.every(({ id }) => isSettled(server, id));
  await server.until(settled, READY_WITHIN);
  announce(cell, true);
}

/** A firewall that listens with TLS gets a certificate of its own, and by plan the host of its plain listener. */
async function withTls(
  link: CloudLink,
  spec: Pick<DeviceSpec, "id" | "options">,
  options: PanoramaOptions,
): Promise<CloudLink> {
  const { issue, tlsPort } = options;
  const asked = firewallProfile(spec).listen;
  const host = typeof link.enrolment.http === "string" ? parseHostPort(link.enrolment.http)?.host : undefined;
  const secure = link.endpoints.https?.address;
  const port = secure?.kind === "tcp" ? secure.port : tlsPort;
  const planned = asked === undefined && host !== undefined && port !== undefined ? `${host}:${port}` : undefined;
  const https = asked?.https ?? planned;
  if (issue === undefined || https === undefined) return link;
  const names = [parseHostPort(https)?.host ?? "127.0.0.1", firewallProfile(spec).hostname];
  const { certificate, key } = await issue(names);
  return { ...link, enrolment: { ...link.enrolment, https, tls: { certificate, key } } };
}

const READY_WITHIN = 60_000 as Parameters<PanoramaServer["until"]>[1]; // one minute, in milliseconds

function announce(cell: LiveCell, ready: boolean): void {
  const cloud = cell.cloud(CLOUD);
  if (cloud instanceof Panorama) cloud.announce(ready);
}

/** A firewall that was switched off, or did not come back from a reboot, stays so until somebody switches it on. */
async function isUp(place: Place, id: string): Promise<boolean> {
  const storage = place.opened(id);
  const stored = storage === undefined ? undefined : await readState(storage);
  return stored === undefined || (stored.node.power.name !== "off" && stored.node.power.name !== "lost");
}

/** Connected, with a role in its pair; one that reboots, or is in maintenance, has nothing to wait for. */
function isSettled(server: PanoramaServer, id: string): boolean {
  const { phase, connected, haState, ready } = server.firewall(id).state();
  if (phase === "rebooting" || phase === "maintenance" || phase === "off") return true;
  return connected === true && (haState !== "initial" || ready !== true);
}

const apiKeyOf = ({ cloud }: Scenario): string =>
  typeof cloud.api_key === "string" ? cloud.api_key : DEFAULT_SETTINGS.apiKey;
