import type { Body } from "../network/http.ts";
import { type Piece, pieceOf } from "./content.ts";

/** A message body as pieces of content; a blob's part stays a reference. */
export async function* piecesOf(body: Body): AsyncIterable<Piece> {
  switch (body.kind) {
    case "empty":
      return;
    case "bytes":
      yield pieceOf(body.bytes);
      return;
    case "text":
      yield pieceOf(body.text);
      return;
    case "json":
      yield pieceOf(JSON.stringify(body.value));
      return;
    case "blob":
      yield { blob: body.blob, start: body.start, end: Math.min(body.end, body.blob.size) };
      return;
    case "stream":
      for await (const chunk of body.chunks) yield pieceOf(chunk);
  }
}
