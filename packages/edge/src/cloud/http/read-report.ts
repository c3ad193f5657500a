import { gunzipSync } from "node:zlib";
import {
  decodeUtf8,
  header,
  mib,
  parseJsonText,
  type ReceivedRequest,
  readBytes,
  readJson,
  wireProblem,
} from "@understudy/kernel";

/** Largest report, and largest one after unpacking. */
const REPORT_LIMIT = mib(1);

/** The JSON value of a report's body, which may be packed with gzip. Throws `WireError`. */
export async function readReport(request: ReceivedRequest): Promise<unknown> {
  const encoding = header(request.headers, "Content-Encoding");
  if (encoding === undefined || encoding === "identity") {
    return request.body.kind === "json" ? request.body.value : await readJson(request.body, REPORT_LIMIT);
  }
  if (encoding.toLowerCase() !== "gzip") {
    throw wireProblem({
      reason: "syntax",
      path: "Content-Encoding",
      found: JSON.stringify(encoding),
      accepted: "gzip or identity",
    });
  }
  const packed = await readBytes(request.body, REPORT_LIMIT);
  return parseJsonText(decodeUtf8(unpack(packed)));
}

/** Packed bodies are small: unpacking them at once keeps virtual time's law. */
function unpack(packed: Uint8Array): Uint8Array {
  try {
    return gunzipSync(packed, { maxOutputLength: REPORT_LIMIT });
  } catch (cause) {
    const accepted = `gzip of at most ${REPORT_LIMIT} bytes`;
    throw wireProblem({ reason: "syntax", path: "body", found: "bytes that cannot be unpacked", accepted }, { cause });
  }
}
