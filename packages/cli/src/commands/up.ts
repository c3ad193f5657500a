import { type Lab, readLab } from "@understudy/fleet";
import { type PortChoice, refused, runServer, serverIdentity } from "@understudy/kernel/live";
import type { Command } from "commander";
import type { Outcome } from "../command-line.ts";
import { labSource } from "../lab/lab-file.ts";
import { serveLab } from "../lab/serve-lab.ts";
import { portOption } from "./ports.ts";

/** The first of the ports that are ours by default. */
const PORT_BASE = 7400;

interface UpOptions {
  readonly host: string;
  readonly portBase?: string;
  readonly tls?: boolean;
  readonly data?: string;
  readonly database?: string;
  readonly token?: string;
  readonly time?: string;
}

/** `understudy up LAB`: a live lab with its API, until it is stopped. */
export function defineUp(command: Command, outcome: Outcome): void {
  command
    .argument("<lab>", "lab file (YAML)")
    .option("--host <address>", "address to listen on; any other than a loopback one needs --token", "127.0.0.1")
    .option("--port-base <n>", `first port: the lab API there, clouds behind it (default: ${PORT_BASE}; 0: free ports)`)
    .option("--tls", "serve the clouds' TLS ports too, with a certificate of a local authority")
    .option("--data <dir>", "folder for what outlasts the lab (default: nothing does)")
    .option("--database <url>", "where tables are kept, such as postgres://user@host/name")
    .option("--token <text>", "what the lab API asks for as bearer token")
    .option("--time <how>", "real, or Nx for N times as fast", "real")
    .addHelpText("after", "\nExample:\n  understudy up labs/quick-start.yaml --data ./lab --time 10x")
    .action(async (file: string, options: UpOptions) => {
      const scale = timeScale(options.time ?? "real");
      const base = options.portBase === undefined ? PORT_BASE : portOption("--port-base", options.portBase);
      const lab = await readLab(await labSource(file));
      const certificates = options.data ?? ".understudy";
      outcome.exitCode = await runServer(async (signal) => {
        const identity =
          options.tls === true
            ? await serverIdentity({ tlsPort: 0, host: options.host, names: [] }, certificates)
            : undefined;
        const served = await serveLab(
          {
            name: file,
            lab,
            host: options.host,
            scale,
            certificates,
            ports: shifted(lab, base),
            ...(identity === undefined ? {} : { tls: identity }),
            ...(options.data === undefined ? {} : { data: options.data }),
            ...(options.database === undefined ? {} : { database: options.database }),
          },
          {
            signal,
            api: {
              host: options.host,
              port: base,
              option: "--port-base",
              ...(options.token === undefined ? {} : { token: options.token }),
            },
          },
        );
        return { ...served, notices: [...(identity?.advice ?? []), ...served.notices] };
      });
    });
}

/** Each cloud's ports as far behind the base as its family's own are behind 7400; 0 takes free ones. */
export function shifted(lab: Lab, base: number): Readonly<Record<string, PortChoice>> {
  const choices: Record<string, PortChoice> = {};
  for (const { name, family } of lab.clouds) {
    const first = lab.clouds.find((cloud) => cloud.family === family)?.name === name;
    for (const [endpoint, port] of Object.entries({ ...family.ports, ...family.tlsPorts })) {
      choices[`${name}.${endpoint}`] = {
        port: base === 0 || !first ? 0 : port - PORT_BASE + base,
        option: "--port-base",
      };
    }
  }
  return choices;
}

function timeScale(text: string): number {
  if (text === "real") return 1;
  const match = /^(\d+(?:\.\d+)?)x$/.exec(text);
  const scale = Number(match?.[1]);
  if (scale > 0 && scale <= 10_000) return scale;
  throw refused("--time", text, "real, or Nx such as 10x; for virtual time use `understudy simulate`");
}
