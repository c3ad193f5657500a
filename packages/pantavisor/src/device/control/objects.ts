import { bodyChunks, type HttpReply, messageOf, type ReceivedRequest, StorageError } from "@understudy/kernel";
import { done, failure, jsonText, octets } from "../../wire/control/control-reply.ts";
import type { Core } from "../core.ts";
import { objectFile } from "../layout.ts";
import { OBJECT_NAME_LENGTH, objectNames } from "../storage/kept-files.ts";
import type { ControlModel } from "./control-model.ts";

const BAD_NAME = failure(400, "Request has bad object name");
const BAD_CHECKSUM = failure(422, "Object has bad checksum");
/** Downloads go out in pieces of at most so many bytes. */
const PIECE_BYTES = 4096;
/** Ending of uploads that are not whole yet. */
export const UPLOAD_SUFFIX = ".upload";

/** `GET /objects`. */
export async function listObjects(core: Core): Promise<HttpReply> {
  const lines: object[] = [];
  for (const sha256 of await objectNames(core)) {
    const size = (await core.world.storage.stat(objectFile(sha256)))?.size;
    if (size !== undefined) lines.push({ sha256, size: String(size) });
  }
  return jsonText(JSON.stringify(lines));
}

/** `GET /objects/<sha256>`. */
export async function getObject(core: Core, name: string): Promise<HttpReply> {
  if (name.length !== OBJECT_NAME_LENGTH) return BAD_NAME;
  const blob = await core.world.storage.blob(objectFile(name));
  return blob === undefined ? BAD_NAME : octets(pieces(blob.chunks()));
}

async function* pieces(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.byteLength; from += PIECE_BYTES) yield chunk.subarray(from, from + PIECE_BYTES);
  }
}

/**
 * `PUT /objects/<sha256>`. The content comes into a file of its own and takes its place only when it is whole and right, so that
 * nobody ever sees a part of it, and two uploads of one object do not disturb each other.
 */
export async function putObject(
  core: Core,
  model: ControlModel,
  name: string,
  request: ReceivedRequest,
): Promise<HttpReply> {
  if (name.length !== OBJECT_NAME_LENGTH) return BAD_NAME;
  const { storage } = core.world;
  if ((await storage.blob(objectFile(name)))?.sha256 === name) {
    for await (const _ of bodyChunks(request.body)); // read to its end, for clients that send it all first
    return done;
  }
  const upload = `${objectFile(name)}.${++model.uploads}${UPLOAD_SUFFIX}`;
  try {
    await storage.receive(upload, request.body);
    if ((await storage.blob(upload))?.sha256 !== name) {
      await storage.remove(upload);
      return BAD_CHECKSUM;
    }
    await storage.rename(upload, objectFile(name));
    await storage.sync();
    return done;
  } catch (error) {
    await storage.remove(upload);
    return uploadFailure(core, error);
  }
}

/** What a client is told when its upload could not be stored. */
export function uploadFailure(core: Core, error: unknown): HttpReply {
  if (error instanceof StorageError && error.code === "full") return failure(507, "Not enough disk space available");
  core.world.log.warn(`An upload failed: ${messageOf(error)}`);
  return failure(500, "Upload error");
}
