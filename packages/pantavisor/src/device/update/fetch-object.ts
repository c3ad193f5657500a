import {
  type Body,
  bodyChunks,
  type Headers,
  type HttpReply,
  header,
  isWhole,
  StorageError,
  seconds,
} from "@understudy/kernel";
import type { Core } from "../core.ts";
import { attempt } from "../hub/exchange.ts";
import { signedDestination } from "../hub/signed-url.ts";
import { HubTrouble, refusal } from "../hub/trouble.ts";
import { objectFile, partialFile } from "../layout.ts";
import type { Fetch } from "./plan-downloads.ts";

const ACCEPT = ["Accept", "*/*"] as const;
/** How often a signed URL may point elsewhere. */
const MOST_REDIRECTS = 5;
/** Until the first byte of an object's reply. */
const HEADER_TIMEOUT = seconds(60);

/** How an object's content differs from its name. */
export interface Mismatch {
  readonly expected: string;
  readonly got: string;
}

/**
 * Fetches one object from where the last attempt stopped, and puts it in its place once its SHA-256 is right. What came
 * before a connection broke stays for the next attempt; a continued download that turns out wrong is fetched anew once.
 * `arrived` is told of every piece, and of bytes taken back by a negative number.
 */
export async function fetchObject(
  core: Core,
  fetch: Fetch,
  arrived: (bytes: number) => Promise<void> | void,
): Promise<Mismatch | undefined> {
  const { object } = fetch;
  await attempt(core, "download");
  const start = fetch.from === 0 || fetch.from < object.size ? await receive(core, fetch, arrived) : fetch.from;
  const wrong = await verify(core, object.sha256);
  if (wrong === undefined || start === 0) return wrong;
  await arrived(-object.size);
  await receive(core, { ...fetch, from: 0 }, arrived);
  return await verify(core, object.sha256);
}

/** Resolves to the byte that the transfer really began at. */
async function receive(core: Core, fetch: Fetch, arrived: (bytes: number) => Promise<void> | void): Promise<number> {
  const { object } = fetch;
  const reply = await request(core, fetch);
  const from = reply.status === 206 && startsAt(reply, fetch.from) ? fetch.from : 0;
  if (from < fetch.from) await arrived(-fetch.from);
  const file = partialFile(object.sha256);
  try {
    const size = await core.world.storage.receive(file, counted(reply.body, arrived), { from, limit: object.size });
    if (size < object.size)
      throw new HubTrouble("hub-busy", `Object ${object.sha256} ended after ${size} of ${object.size} bytes.`);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== "too-large") throw error;
    return 0; // longer than announced: the check of its SHA-256 will say so
  }
  return from;
}

async function request(core: Core, fetch: Fetch): Promise<HttpReply> {
  const headers: Headers = fetch.from === 0 ? [ACCEPT] : [ACCEPT, ["Range", `bytes=${fetch.from}-`]];
  let url = fetch.url;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    const { address, target, options } = signedDestination(core, url);
    const reply = await core.world.network.request(
      address,
      { method: "GET", target, version: "1.1", headers, body: { kind: "empty" } },
      { ...options, timeout: HEADER_TIMEOUT, reply: "stream" },
    );
    if (reply.status === 200 || reply.status === 206) return reply;
    const location = header(reply.headers, "Location");
    if (reply.status === 416 || reply.status < 300 || reply.status >= 400 || location === undefined) {
      if (reply.status === 416) await core.world.storage.remove(partialFile(fetch.object.sha256));
      throw refusal(reply, `object ${fetch.object.sha256}`);
    }
    url = new URL(location, url).href;
  }
  throw new HubTrouble("hub-refused", `Object ${fetch.object.sha256} is redirected without end.`);
}

/** Servers that ignore ranges answer 200; one that answers another range than asked is not trusted. */
function startsAt(reply: HttpReply, from: number): boolean {
  const range = header(reply.headers, "Content-Range");
  return range === undefined || new RegExp(`^bytes ${from}-`).test(range);
}

/** The body, with every piece told as it passes. Bodies that are here already are told at once and stay what they are. */
function counted(body: Body, arrived: (bytes: number) => Promise<void> | void): Body {
  if (body.kind === "blob" || isWhole(body)) return body;
  return { kind: "stream", chunks: counting(body, arrived) };
}

async function* counting(body: Body, arrived: (bytes: number) => Promise<void> | void): AsyncIterable<Uint8Array> {
  for await (const chunk of bodyChunks(body)) {
    yield chunk;
    await arrived(chunk.byteLength);
  }
}

/** Puts a whole download in its place; a wrong one is removed. */
async function verify(core: Core, sha256: string): Promise<Mismatch | undefined> {
  const { storage, faults, clock } = core.world;
  const fault = faults.strike("verify");
  if (fault?.delay !== undefined) await clock.sleep(fault.delay);
  const struck = fault !== undefined && (fault.error !== undefined || fault.delay === undefined);
  const got = struck ? (fault.error ?? "fault") : ((await storage.blob(partialFile(sha256)))?.sha256 ?? "nothing");
  if (got === sha256) {
    await storage.rename(partialFile(sha256), objectFile(sha256));
    return undefined;
  }
  await storage.remove(partialFile(sha256));
  return { expected: sha256, got };
}
