import { bodyChunks } from "../network/body.ts";
import type { Body } from "../network/http.ts";
import { type Piece, pieceOf } from "./content.ts";

/** A message body as pieces of content; a blob's part stays a reference. */
export async function* piecesOf(body: Body): AsyncIterable<Piece> {
  if (body.kind === "blob") yield { blob: body.blob, start: body.start, end: Math.min(body.end, body.blob.size) };
  else for await (const chunk of bodyChunks(body)) yield pieceOf(chunk);
}
