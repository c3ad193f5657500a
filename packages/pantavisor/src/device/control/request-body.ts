import {
  type Body,
  header,
  isWhole,
  NetworkError,
  type ReceivedRequest,
  readBytes,
  wholeBytes,
} from "@understudy/kernel";

/** The bytes of a small body; `undefined` when it has more than `limit`. */
export async function smallBody(body: Body, limit: number): Promise<Uint8Array | undefined> {
  if (isWhole(body)) {
    const bytes = wholeBytes(body);
    return bytes.byteLength > limit ? undefined : bytes;
  }
  try {
    return await readBytes(body, limit);
  } catch (error) {
    if (error instanceof NetworkError && error.code === "too-large") return undefined;
    throw error;
  }
}

/** The body came in chunks, so that nobody knew its length before. */
export const isChunked = (request: ReceivedRequest): boolean =>
  header(request.headers, "Transfer-Encoding")?.toLowerCase().includes("chunked") === true;

export const asText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
