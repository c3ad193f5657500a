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
  readonly notices: readonly string[];
  readonly lab: LiveLab;
  /** URL of the lab API. */
  readonly api?: string;
}

/** How a lab is served. */
export interface ServeLabOptions {
  /** Absent: no lab API. */
  readonly api?: ApiPlace;
  /** Default: as the environment says, to stderr. */
  readonly logs?: LogBook;
  /** Aborted: the start is given up. */
  readonly signal?: AbortSignal;
}

/** The name of the lab API in logs, metrics and the audit log. */
const API = "lab-api";

/**
 * Starts a live lab and, where a place is given, its API. Resolves when the lab is ready; its API, and the clouds, answer before.
 * Nothing stays open when a part fails.
 */
export async function serveLab(
  options: Omit<LiveLabOptions, "entropy" | "logs">,
  { api: place, logs: given, signal }: ServeLabOptions = {},
): Promise<ServedLab> {
  const logs = given ?? (await openPinoLogs({ level: logLevelFrom(process.env) }));
  const lab = await LiveLab.open({ ...options, entropy: randomUUID(), logs }, signal);
  const ending = new AbortController();
  const close = async (): Promise<void> => {
    ending.abort();
    await lab.close();
  };
  try {
    const api = place === undefined ? undefined : await serveApi(lab, place, logs, ending.signal);
    const late = await untilStopped(lab.ready, signal);
    const addresses = api === undefined ? lab.addresses : [{ name: "lab API", url: api }, ...lab.addresses];
    return { lab, addresses, notices: noticesOf(late), close, ...(api === undefined ? {} : { api }) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Serves the lab API. Resolves to its URL. */
async function serveApi(lab: LiveLab, place: ApiPlace, logs: LogBook, signal: AbortSignal): Promise<string> {
  const { createLabApi } = await import("@understudy/fleet");
  const { host, port, token, names } = place;
  const metrics = await lab.metrics();
  const api = createLabApi(lab, {
    host,
    metrics,
    log: logs(API),
    audit: lab.audit.for(API),
    signal,
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
  return url;
}

/** Whoever is told to stop does not wait for devices any more. */
function untilStopped<T>(done: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return done;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  return Promise.race([done, promise]);
}

const noticesOf = (late: readonly string[]): readonly string[] =>
  late.length === 0
    ? []
    : [
        `Not settled after a minute: ${late.slice(0, 10).join(", ")}${late.length > 10 ? ` and ${late.length - 10} more` : ""}`,
      ];
