import { randomUUID } from "node:crypto";
import { LiveLab, type LiveLabOptions } from "@understudy/fleet/live";
import { type LogBook, tcp } from "@understudy/kernel";
import { explainListening, Front, logLevelFrom, openPinoLogs, type Running } from "@understudy/kernel/live";

/** Where the lab API of a live lab is served; absent: it is only a function. */
export interface ApiPlace {
  readonly host: string;
  readonly port: number;
  /** The option that changes the port. */
  readonly option: string;
  readonly token?: string;
  readonly names?: readonly string[];
}

/** A live lab that is running, with its API. */
export interface ServedLab extends Running {
  readonly lab: LiveLab;
  /** URL of the lab API. */
  readonly api?: string;
}

/** The name of the lab API in logs, metrics and the audit log. */
const API = "lab-api";

/** Starts a live lab and, where a place is given, its API; nothing stays open when a part fails. */
export async function serveLab(
  options: Omit<LiveLabOptions, "entropy" | "logs">,
  place?: ApiPlace,
  given?: LogBook,
): Promise<ServedLab> {
  const logs = given ?? (await openPinoLogs({ level: logLevelFrom(process.env) }));
  const lab = await LiveLab.open({ ...options, entropy: randomUUID(), logs });
  const ending = new AbortController();
  const close = async (): Promise<void> => {
    ending.abort();
    await lab.close();
  };
  if (place === undefined) return { lab, addresses: lab.addresses, close };
  try {
    const { createLabApi } = await import("@understudy/fleet");
    const { host, port, token, names } = place;
    const metrics = await lab.metrics();
    const api = createLabApi(lab, {
      host,
      metrics,
      log: logs(API),
      audit: lab.audit.for(API),
      signal: ending.signal,
      ...(token === undefined ? {} : { token }),
      ...(names === undefined ? {} : { names }),
    });
    // The API answers /health and /metrics itself.
    const front = new Front({
      server: API,
      now: () => lab.time.now(),
      stopwatch: () => performance.now(),
      log: logs(API),
      metrics,
      health: {},
      paths: { health: undefined, metrics: undefined },
    });
    const listener = await lab.network.serve(tcp(host, port), front.wrap(api)).catch((error: unknown) => {
      throw explainListening(error, place);
    });
    const bound = listener.address.kind === "tcp" ? listener.address.port : port;
    const url = `http://${host.includes(":") ? `[${host}]` : host}:${bound}`;
    return { lab, api: url, addresses: [{ name: "lab API", url }, ...lab.addresses], close };
  } catch (error) {
    await close();
    throw error;
  }
}
