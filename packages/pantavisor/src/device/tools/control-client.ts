import { type Body, type Headers, type HttpReply, milliseconds, readBytes, unix } from "@understudy/kernel";
import type { ToolIo } from "./tool-io.ts";

/** One request to a control socket, as the original's wrapper writes it. */
export interface ControlRequest {
  readonly socket: string;
  readonly method: string;
  readonly path: string;
  readonly headers?: Headers;
  readonly body?: Uint8Array;
  /** Seconds for the whole exchange. */
  readonly maxSeconds: number;
}

export interface ControlAnswer {
  readonly status: number;
  readonly reason: string | undefined;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Sends a request over HTTP/1.0 with `Host`, a content type and always a length. Rejects with `NetworkError` when there is no reply. */
export async function askControl(io: ToolIo, request: ControlRequest): Promise<ControlAnswer> {
  const { headers = [], body } = request;
  const typed = headers.some(([name]) => name.toLowerCase() === "content-type");
  const sized = headers.filter(([name]) => name.toLowerCase() !== "content-length");
  const content: Body =
    body === undefined || body.byteLength === 0 ? { kind: "empty" } : { kind: "bytes", bytes: body };
  const reply: HttpReply = await io.network.request(
    unix(request.socket),
    {
      method: request.method,
      target: request.path,
      version: "1.0",
      headers: [
        ["Host", "localhost"],
        ...sized,
        ...(typed ? [] : ([["Content-Type", "application/json"]] as const)),
        ["Content-Length", String(body?.byteLength ?? 0)],
      ],
      body: content,
    },
    { timeout: milliseconds(request.maxSeconds * 1_000), maxReplyBytes: Number.MAX_SAFE_INTEGER },
  );
  return { status: reply.status, reason: reply.reason, headers: reply.headers, body: await readBytes(reply.body) };
}
