import type { Socket } from "node:net";
import { bodyChunks, bodyLength, isWhole, wholeBytes } from "../../body.ts";
import type { Body, HttpReply } from "../../http.ts";
import { planReply, type ReplyCircumstances } from "./reply-plan.ts";
import type { ServerExchange } from "./server-exchange.ts";

/** How the writing of a reply ended. `broken`: the body could not be made in full; `cut`: it was truncated on purpose. */
export type Written = "kept" | "close" | "cut" | "gone" | { readonly broken: unknown };

/** Writes one reply; `cutAfter` ends it after so many bytes of its body. Resolves at once when nothing has to be waited for. */
export function writeReply(
  socket: Socket,
  exchange: ServerExchange,
  reply: HttpReply,
  about: Omit<ReplyCircumstances, "length">,
  cutAfter: number | undefined,
): Written | Promise<Written> {
  const { body } = reply;
  const whole =
    body.kind === "text"
      ? body.text
      : body.kind === "json"
        ? (JSON.stringify(body.value) ?? "null")
        : isWhole(body)
          ? wholeBytes(body)
          : undefined;
  const length =
    whole === undefined ? bodyLength(body) : typeof whole === "string" ? Buffer.byteLength(whole) : whole.byteLength;
  const plan = planReply(reply, { ...about, length });
  exchange.begun = true;
  const ending = plan.close ? "close" : "kept";
  if (plan.body === "none" || length === 0) {
    socket.write(plan.body === "chunked" ? `${plan.head}0\r\n\r\n` : plan.head, "latin1");
    return ending;
  }
  if (whole !== undefined && plan.body === "plain" && (cutAfter === undefined || cutAfter >= (length ?? 0))) {
    if (typeof whole === "string" && whole.length === length) socket.write(plan.head + whole, "latin1");
    else {
      socket.cork();
      socket.write(plan.head, "latin1");
      socket.write(whole);
      socket.uncork();
    }
    return ending;
  }
  socket.write(plan.head, "latin1");
  return pump(socket, exchange, body, { chunked: plan.body === "chunked", length, cutAfter, ending });
}

interface Pumping {
  readonly chunked: boolean;
  readonly length: number | undefined;
  readonly cutAfter: number | undefined;
  readonly ending: "close" | "kept";
}

async function pump(socket: Socket, exchange: ServerExchange, body: Body, how: Pumping): Promise<Written> {
  const chunks = (body.kind === "stream" ? body.chunks : bodyChunks(body))[Symbol.asyncIterator]();
  const leave = (): void => void chunks.return?.(); // a source that waits for something learns that nobody reads any more
  exchange.signal.addEventListener("abort", leave);
  const written = await pumpChunks(socket, exchange, chunks, how).catch(
    (error: unknown): Written => ({ broken: error }),
  );
  exchange.signal.removeEventListener("abort", leave);
  if (written !== "kept" && written !== "close") leave();
  return exchange.over ? "gone" : written;
}

async function pumpChunks(
  socket: Socket,
  exchange: ServerExchange,
  chunks: AsyncIterator<Uint8Array>,
  how: Pumping,
): Promise<Written> {
  const end = Math.min(how.length ?? Number.POSITIVE_INFINITY, how.cutAfter ?? Number.POSITIVE_INFINITY);
  let at = 0;
  for (;;) {
    if (at === how.cutAfter) return "cut";
    const next = await chunks.next();
    if (exchange.over) return "gone";
    if (next.done === true) break;
    const chunk = next.value;
    const piece = chunk.byteLength > end - at ? chunk.subarray(0, end - at) : chunk;
    at += piece.byteLength;
    if (piece.byteLength > 0 && !writePiece(socket, piece, how.chunked)) await drained(socket);
    if (piece !== chunk && at !== how.cutAfter)
      return { broken: new Error(`the body is longer than the ${end} bytes announced`) };
  }
  if (how.length !== undefined && at < how.length)
    return { broken: new Error(`the body ended after ${at} of ${how.length} bytes`) };
  if (how.chunked) socket.write("0\r\n\r\n", "latin1");
  return how.ending;
}

/** False when the socket has enough for now. */
export function writePiece(socket: Socket, piece: Uint8Array, chunked: boolean): boolean {
  if (!chunked) return socket.write(piece);
  socket.cork();
  socket.write(`${piece.byteLength.toString(16)}\r\n`, "latin1");
  socket.write(piece);
  const room = socket.write("\r\n", "latin1");
  socket.uncork();
  return room;
}

/** Resolves when the socket takes more, or is gone. */
export function drained(socket: Socket): Promise<void> {
  if (socket.destroyed || !socket.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off("drain", done);
      socket.off("close", done);
      resolve();
    };
    socket.on("drain", done);
    socket.on("close", done);
  });
}
