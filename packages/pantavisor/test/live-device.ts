import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Device, EventList, type JsonObject } from "@understudy/kernel";
import { LiveCell, openDirectoryStorage } from "@understudy/kernel/live";
import { pantavisor } from "../src/site/pantavisor.ts";

/** A device on a directory and real sockets, with or without a Pantahub beside it. */
export interface LiveDevice extends AsyncDisposable {
  readonly cell: LiveCell;
  readonly events: EventList;
  readonly device: Device;
  readonly folder: string;
  /** Path of the control socket. */
  readonly socket: string;
  until(done: () => boolean, what?: string): Promise<void>;
}

export const LIVE = "live-0";

/** Files are written into the storage before the device starts. */
export async function liveDevice(
  options: JsonObject,
  how: { readonly files?: Readonly<Record<string, string>>; readonly hub?: boolean; readonly scale?: number } = {},
): Promise<LiveDevice> {
  const folder = await mkdtemp(join(tmpdir(), "understudy-"));
  const events = new EventList();
  const cell = new LiveCell({
    seed: 1,
    events,
    scale: how.scale ?? 20,
    storageFor: (id) => openDirectoryStorage(join(folder, id)),
  });
  if (how.hub === true) {
    await cell.addCloud(pantavisor, {
      name: "pantahub",
      options: {},
      listen: { http: { kind: "tcp", host: "127.0.0.1", port: 0 } },
    });
  }
  const own = join(folder, LIVE);
  const disk = await openDirectoryStorage(own);
  const config =
    how.hub === true ? {} : { "config/pantahub.config": "PH_CREDS_HOST=http://127.0.0.1\nPH_CREDS_PORT=1\n" };
  for (const [path, text] of Object.entries({ ...config, ...how.files })) await disk.write(path, text);
  await disk.sync();
  await disk.close();
  const spec = { id: LIVE, index: 0, options: { layout: "documented", control: true, ...options } };
  const device = await cell.addDevice(pantavisor, spec, how.hub === true ? { cloud: "pantahub" } : {});
  await cell.power.on(LIVE);
  return {
    cell,
    events,
    device,
    folder: own,
    socket: join(own, "pantavisor/pv-ctrl"),
    until: (done, what) => until(cell, done, what),
    async [Symbol.asyncDispose]() {
      await cell.power.stopAll();
      await cell[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** At most 60 seconds of the machine's time. */
async function until(cell: LiveCell, done: () => boolean, what = "the condition"): Promise<void> {
  for (let turns = 0; !done(); turns++) {
    if (turns > 3_000) throw new Error(`Not in time: ${what}`);
    await new Promise<void>(
      (resolve) => void cell.time.schedule((cell.time.now() + 400) as never, { due: () => resolve() }, 0),
    );
  }
}

/** Sends raw bytes over a Unix socket and gives all that comes back until its end. */
export function exchange(path: string, bytes: string | Uint8Array, halfClose = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const chunks: Buffer[] = [];
    socket.on("connect", () => {
      socket.write(bytes);
      if (halfClose) socket.end();
    });
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
  });
}

/** A reply taken apart. */
export interface Reply {
  readonly status: number;
  readonly line: string;
  readonly headers: readonly string[];
  readonly body: string;
}

export function parseReply(text: string): Reply {
  const end = text.indexOf("\r\n\r\n");
  const [line = "", ...headers] = text.slice(0, end < 0 ? 0 : end).split("\r\n");
  const raw = end < 0 ? "" : text.slice(end + 4);
  const chunked = headers.some((header) => /^transfer-encoding: chunked$/i.test(header));
  return { status: Number(line.split(" ")[1] ?? 0), line, headers, body: chunked ? joinChunks(raw) : raw };
}

function joinChunks(raw: string): string {
  let rest = raw;
  let body = "";
  for (;;) {
    const end = rest.indexOf("\r\n");
    const size = Number.parseInt(rest.slice(0, end), 16);
    if (end < 0 || !(size > 0)) return body;
    body += rest.slice(end + 2, end + 2 + size);
    rest = rest.slice(end + 4 + size);
  }
}

/** One request over HTTP/1.1 with `Connection: close`. */
export async function ask(
  path: string,
  method: string,
  target: string,
  body?: string | Uint8Array,
  headers: readonly string[] = [],
): Promise<Reply> {
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const lines = [`${method} ${target} HTTP/1.1`, "Host: localhost", "Connection: close", ...headers];
  if (bytes !== undefined) lines.push(`Content-Length: ${bytes.byteLength}`);
  const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
  return parseReply(await exchange(path, bytes === undefined ? head : Buffer.concat([head, bytes])));
}
