import { loadFamily } from "@understudy/fleet";
import type { PortChoice } from "@understudy/fleet/live";
import type { Family } from "@understudy/kernel";
import {
  addServerOptions,
  type DefaultPorts,
  parseServerOptions,
  refused,
  runServer,
  type ServerOptions,
  serverIdentity,
} from "@understudy/kernel/live";
import type { Command } from "commander";
import type { Outcome } from "../command-line.ts";
import { labOfOneCloud } from "../lab/lab-of-one.ts";
import { serveLab } from "../lab/serve-lab.ts";
import { addHandCommands } from "./pantahub/hand-commands.ts";
import { portOption } from "./ports.ts";

/** One cloud alone, as a command. */
interface ServedCloud {
  readonly command: string;
  readonly family: string;
  readonly title: string;
  readonly ports: DefaultPorts;
  /** Further endpoints, with the option of each. */
  readonly more?: Readonly<Record<string, { readonly flag: string; readonly text: string; readonly port?: number }>>;
}

const PANTAHUB: ServedCloud = {
  command: "pantahub",
  family: "pantavisor",
  title: "an embedded Pantahub",
  ports: { port: 7410 },
};

const PANORAMA: ServedCloud = {
  command: "panorama",
  family: "panos",
  title: "a Panorama without firewalls",
  ports: { port: 7420 },
};

const EDGE_CLOUD: ServedCloud = {
  command: "edge-cloud",
  family: "edge",
  title: "an embedded edge cloud with its MQTT broker",
  ports: { port: 7430 },
  more: { mqtt: { flag: "mqtt-port", text: "MQTT port, 0 for a free one", port: 7431 } },
};

/** `understudy pantahub …`: the lab of one cloud, and what a person does with one by hand. */
export function definePantahub(group: Command, outcome: Outcome): void {
  addServe(group, PANTAHUB, outcome);
  addHandCommands(group);
}

/** `understudy panorama serve`. */
export const definePanorama = (group: Command, outcome: Outcome): void => addServe(group, PANORAMA, outcome);

/** `understudy edge-cloud serve`. */
export const defineEdgeCloud = (group: Command, outcome: Outcome): void => addServe(group, EDGE_CLOUD, outcome);

function addServe(group: Command, cloud: ServedCloud, outcome: Outcome): void {
  const serve = group.command("serve").description(`run ${cloud.title} until it is stopped`);
  addServerOptions(serve, cloud.ports);
  for (const { flag, text, port } of Object.values(cloud.more ?? {}))
    serve.option(`--${flag} <n>`, text, port === undefined ? undefined : String(port));
  serve.option("--lab-port <n>", "serve the lab API too, on this port (0 for a free one)");
  serve.addHelpText("after", `\nExample:\n  understudy ${cloud.command} serve --port 0 --data ./${cloud.command}`);
  serve.action(async (given: Readonly<Record<string, unknown>>) => {
    const options = parseServerOptions(given, cloud.ports);
    const labPort = given.labPort === undefined ? undefined : portOption("--lab-port", given.labPort);
    outcome.exitCode = await runServer(async () => {
      const family = await loadFamily(cloud.family);
      const identity = await serverIdentity(options, options.data ?? ".understudy");
      const served = await serveLab(
        {
          name: cloud.command,
          lab: labOfOneCloud(family, {}),
          host: options.host,
          ports: portChoices(cloud, family, options, given),
          publicNames: options.names,
          ...(identity === undefined ? {} : { tls: identity }),
          ...(options.data === undefined ? {} : { data: options.data }),
          ...(options.database === undefined ? {} : { database: options.database }),
          ...(options.rateLimit === undefined ? {} : { rateLimit: options.rateLimit }),
        },
        labPort === undefined ? undefined : { host: "127.0.0.1", port: labPort, option: "--lab-port" },
      );
      return { ...served, notices: identity?.advice ?? [] };
    });
  });
}

function portChoices(
  cloud: ServedCloud,
  family: Family,
  options: ServerOptions,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<string, PortChoice>> {
  const name = family.cloudKind;
  const choices: Record<string, PortChoice> = { [`${name}.http`]: { port: options.port, option: "--port" } };
  if (options.tlsPort !== undefined) {
    if (family.tlsPorts?.https === undefined)
      throw refused("--tls-port", String(options.tlsPort), `no --tls-port: ${cloud.command} has no TLS yet`);
    choices[`${name}.https`] = { port: options.tlsPort, option: "--tls-port" };
  }
  for (const [endpoint, { flag }] of Object.entries(cloud.more ?? {})) {
    const value = given[flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())];
    if (value !== undefined)
      choices[`${name}.${endpoint}`] = { port: portOption(`--${flag}`, value), option: `--${flag}` };
  }
  return choices;
}
