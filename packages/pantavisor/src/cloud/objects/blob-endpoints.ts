import {
  blobBody,
  bodyChunks,
  bodyLength,
  emptyReply,
  type Headers,
  type HttpReply,
  header,
  messageOf,
  replace,
  StorageError,
} from "@understudy/kernel";
import type { Call, Endpoints } from "../http/endpoints.ts";
import type { Hub } from "../hub.ts";
import { objectTable } from "../tables/object-rows.ts";
import { type ByteRange, readRange } from "./byte-range.ts";
import { openTicket, type Ticket } from "./signed-urls.ts";

/** Where content is sent and fetched, without a token: the path carries the permission. */
export function blobEndpoints(at: Endpoints): void {
  for (const path of ["/local-s3/:token", "/s3/:token"] as const) {
    at.open("GET", path, download);
    at.open("PUT", path, upload);
  }
}

async function download(hub: Hub, call: Call<{ token: string }>): Promise<HttpReply> {
  const ticket = openTicket(hub, call.params.token);
  if (ticket?.method !== "GET") return hub.incidents.reply(403, "The signed URL is forged, expired or for uploads");
  const row = await hub.store.get(objectTable, ticket.owner, ticket.sha);
  const blob = row?.uploaded === true ? await hub.world.blobs.get(ticket.sha) : undefined;
  if (blob === undefined) return hub.incidents.reply(404, "No such object");
  const range = readRange(header(call.request.headers, "range"), blob.size);
  if (range === "unsatisfiable") {
    return {
      ...hub.incidents.reply(416, "The range lies beyond the object's end", [
        ["Content-Range", `bytes */${blob.size}`],
      ]),
    };
  }
  const headers = headersOf(ticket);
  if (range === undefined) return { status: 200, headers, body: blobBody(blob) };
  return {
    status: 206,
    headers: [...headers, contentRange(range, blob.size)],
    body: blobBody(blob, range.start, range.end),
  };
}

function headersOf(ticket: Ticket): Headers {
  return [
    ["Content-Type", "application/octet-stream"],
    ["Content-Disposition", `attachment; filename="${fileName(ticket.name)}"`],
    ["Accept-Ranges", "bytes"],
    ["ETag", `"${ticket.sha}"`],
  ];
}

const contentRange = (range: ByteRange, size: number): readonly [string, string] => [
  "Content-Range",
  `bytes ${range.start}-${range.end - 1}/${size}`,
];

/** Fit for a quoted header value: printable ASCII without quotes and backslashes. */
const fileName = (name: string): string => name.replaceAll(/[^ -~]|["\\]/g, "_");

async function upload(hub: Hub, call: Call<{ token: string }>): Promise<HttpReply> {
  const ticket = openTicket(hub, call.params.token);
  if (ticket?.method !== "PUT") return hub.incidents.reply(403, "The signed URL is forged, expired or for downloads");
  const length = bodyLength(call.request.body);
  if (length !== undefined && length !== ticket.size) {
    return hub.incidents.reply(400, `Expected ${ticket.size} bytes, but ${length} were announced`);
  }
  if ((await hub.store.get(objectTable, ticket.owner, ticket.sha)) === undefined) {
    return hub.incidents.reply(404, "No such object");
  }
  try {
    await hub.world.blobs.receive(bodyChunks(call.request.body), { sha256: ticket.sha, size: ticket.size });
  } catch (error) {
    if (error instanceof StorageError && error.code === "mismatch") return hub.incidents.reply(400, messageOf(error));
    throw error;
  }
  if (!ticket.sink) await noteUploaded(hub, ticket);
  return emptyReply(200);
}

async function noteUploaded(hub: Hub, ticket: Ticket): Promise<void> {
  await hub.store.change(async () => {
    const row = await hub.store.get(objectTable, ticket.owner, ticket.sha);
    if (row === undefined || row.uploaded) return { writes: [], result: undefined };
    const next = { ...row, uploaded: true, size: ticket.size, modified: hub.world.clock.now() };
    return { writes: [replace(objectTable, row, next)], result: undefined };
  });
}
