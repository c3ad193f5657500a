import { type Blob, type HttpReply, parseQuery, streamBody } from "@understudy/kernel";
import { canonicalJson } from "../../wire/pantahub/canonical-json.ts";
import { readState } from "../../wire/pantahub/state-rules.ts";
import { storedGzip } from "../../wire/pantahub/stored-gzip.ts";
import { TAR_END_LENGTH, tarEnd, tarHeader, tarLength, tarPadding } from "../../wire/pantahub/tar.ts";
import { baseUrl } from "../http/base-url.ts";
import { type Call, type Endpoints, identify } from "../http/endpoints.ts";
import { Refusal, unauthorized } from "../http/refusal.ts";
import type { Hub } from "../hub.ts";
import { objectTable } from "../tables/object-rows.ts";
import { type StepRow, trailTable } from "../tables/trail-rows.ts";
import { partIn, stepOf } from "../trails/trail-access.ts";

type Wanted = Call<{ owner: string; device: string; rev: string; file: string }>;

/** Everything below `/exports`. */
export function exportEndpoints(at: Endpoints): void {
  at.open("GET", "/exports/:owner/:device/:rev/:file", exportStep);
}

/**
 * `GET /exports/:owner/:device/:rev/:file`: a revision as the archive that `pvr export` makes: `json` (the state) and
 * `objects/<sha>`, in gzip when the file's name says so. Of public devices for anybody, without a token.
 */
async function exportStep(hub: Hub, call: Wanted): Promise<HttpReply> {
  const { owner, device: nick, rev, file } = call.params;
  const ownerPrn = (await hub.accounts.named(owner))?.prn;
  const device = ownerPrn === undefined ? undefined : await hub.find.deviceByOwnerAndNick.first([ownerPrn, nick]);
  const caller = identify(hub, call.request);
  if (device?.public !== true && caller === undefined) return unauthorized(baseUrl(hub, call.request));
  const trail = device && (await hub.store.get(trailTable, device.id));
  if (trail === undefined) throw new Refusal(404, "No such device");
  if (caller !== undefined && (await partIn(hub, trail, caller)) === "nobody") throw new Refusal(404, "No such device");
  const step = await stepOf(hub, trail, rev === "latest" ? String(trail.newest) : rev);
  if (step === undefined) throw new Refusal(404, "No such revision");
  const parts = parseQuery(call.search)["parts"];
  const entries = await entriesOf(hub, trail.owner, step, typeof parts === "string" ? parts.split(",") : []);
  return archiveReply(entries, step, file);
}

interface Entry {
  readonly name: string;
  readonly size: number;
  readonly chunks: () => AsyncIterable<Uint8Array>;
}

async function entriesOf(hub: Hub, owner: string, step: StepRow, parts: readonly string[]): Promise<readonly Entry[]> {
  const chosen = Object.entries(step.state).filter(([name]) => name === "#spec" || isWanted(name, parts));
  const state = Object.fromEntries(chosen);
  const content = readState(state);
  const shas =
    content.kind === "valid" ? new Set(content.objects.map((object) => object.sha256sum)) : new Set<string>();
  const blobs = await Promise.all([...shas].map((sha) => blobOf(hub, owner, sha)));
  const json = Buffer.from(canonicalJson(state));
  return [
    { name: "json", size: json.length, chunks: () => only(json) },
    ...blobs.map((blob) => ({ name: `objects/${blob.sha256}`, size: blob.size, chunks: () => blob.chunks() })),
  ];
}

/** A part is an entry, or the folder it lies in. */
const isWanted = (name: string, parts: readonly string[]): boolean =>
  parts.length === 0 || parts.some((part) => name === part || name.startsWith(`${part.replace(/\/$/, "")}/`));

async function blobOf(hub: Hub, owner: string, sha: string): Promise<Blob> {
  const row = await hub.store.get(objectTable, owner, sha);
  const blob = row === undefined ? undefined : await hub.world.blobs.get(sha);
  if (blob === undefined) throw new Refusal(404, `The object ${sha} is not there`);
  return blob;
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function archiveReply(entries: readonly Entry[], step: StepRow, file: string): HttpReply {
  const gzip = file.endsWith(".gz") || file.endsWith(".tgz");
  const length = entries.reduce((sum, entry) => sum + tarLength(entry.size), TAR_END_LENGTH);
  const chunks = archive(entries, step.modified);
  return {
    status: 200,
    headers: [
      ["Content-Type", gzip ? "application/gzip" : "application/x-tar"],
      ["Content-Disposition", `attachment; filename="${file.replaceAll(/[^\w.-]/g, "_")}"`],
    ],
    body: gzip ? streamBody(storedGzip(chunks)) : streamBody(chunks, length),
  };
}

async function* archive(entries: readonly Entry[], modified: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (const { name, size, chunks } of entries) {
    yield tarHeader(name, size, modified);
    yield* chunks();
    yield tarPadding(size);
  }
  yield tarEnd();
}
