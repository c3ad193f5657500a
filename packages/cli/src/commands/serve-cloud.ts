import { type Lab, loadFamily } from "@understudy/fleet";
import type { LiveLabOptions } from "@understudy/fleet/live";
import type { Family } from "@understudy/kernel";
import {
  addServerOptions,
  type DefaultPorts,
  type PortChoice,
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
import { portOption } from "./ports.ts";

type Given = Readonly<Record<string, unknown>>;

/** What is to run. */
export interface ServedWhat {
  readonly lab: Lab;
  /** What it needs besides the options of all servers. */
  readonly options?: Partial<LiveLabOptions>;
}

/** One cloud alone, as a command. */
export interface ServedCloud {
  readonly command: string;
  readonly family: string;
  readonly title: string;
  readonly ports: DefaultPorts;
  /** Further endpoints, with the option of each; without one it takes a free port. */
  readonly more?: Readonly<Record<string, EndpointOption | undefined>>;
  /** Adds options of its own. */
  readonly options?: (serve: Command) => void;
  /** Default: the cloud, and no devices. */
  readonly what?: (family: Family, given: Given) => Promise<ServedWhat>;
}

interface EndpointOption {
  readonly flag: string;
  readonly text: string;
  readonly port?: number;
}

/** Adds `serve` to a cloud's group of commands: the lab of one. */
export function addServe(group: Command, cloud: ServedCloud, outcome: Outcome): void {
  const serve = group.command("serve").description(`run ${cloud.title} until it is stopped`);
  addServerOptions(serve, cloud.ports);
  for (const endpoint of Object.values(cloud.more ?? {})) {
    if (endpoint === undefined) continue;
    const { flag, text, port } = endpoint;
    serve.option(`--${flag} <n>`, text, port === undefined ? undefined : String(port));
  }
  cloud.options?.(serve);
  serve.option("--lab-port <n>", "serve the lab API too, on this port (0 for a free one)");
  serve.addHelpText("after", `\nExample:\n  understudy ${cloud.command} serve --port 0 --data ./${cloud.command}`);
  serve.action(async (given: Readonly<Record<string, unknown>>) => {
    const options = parseServerOptions(given, cloud.ports);
    const labPort = given.labPort === undefined ? undefined : portOption("--lab-port", given.labPort);
    outcome.exitCode = await runServer(async (signal) => {
      const family = await loadFamily(cloud.family);
      const what = (await cloud.what?.(family, given)) ?? { lab: labOfOneCloud(family, {}) };
      const certificates = options.data ?? what.options?.certificates ?? ".understudy";
      const identity = await serverIdentity(options, certificates);
      const served = await serveLab(
        {
          name: cloud.command,
          lab: what.lab,
          host: options.host,
          ports: portChoices(cloud, family, options, given),
          publicNames: options.names,
          certificates,
          ...(identity === undefined ? {} : { tls: identity }),
          ...(options.data === undefined ? {} : { data: options.data }),
          ...(options.database === undefined ? {} : { database: options.database }),
          ...(options.rateLimit === undefined ? {} : { rateLimit: options.rateLimit }),
          ...what.options,
        },
        { signal, ...(labPort !== undefined && { api: { host: "127.0.0.1", port: labPort, option: "--lab-port" } }) },
      );
      const inner = Object.entries(cloud.more ?? {}).filter(([, option]) => option === undefined);
      const hidden = inner.map(([endpoint]) => `${family.cloudKind} (${endpoint})`);
      const addresses = served.addresses.filter(({ name }) => !hidden.includes(name));
      return { ...served, addresses, notices: [...(identity?.advice ?? []), ...served.notices] };
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
  for (const [endpoint, option] of Object.entries(cloud.more ?? {})) {
    if (option === undefined) choices[`${name}.${endpoint}`] = { port: 0, option: "none" };
    if (option === undefined) continue;
    const { flag } = option;
    const value = given[flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())];
    if (value !== undefined)
      choices[`${name}.${endpoint}`] = { port: portOption(`--${flag}`, value), option: `--${flag}` };
  }
  return choices;
}
