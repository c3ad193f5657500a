/** One part of a `multipart/form-data` body. */
export interface Part {
  readonly name: string;
  /** Present = the part is a file. */
  readonly fileName?: string;
  readonly content: Uint8Array;
}

/** A form with more parts is refused. */
export const MAX_PARTS = 100;

/** The boundary that a Content-Type names; `undefined` when it is not multipart or names none. */
export function boundaryOf(contentType: string): string | undefined {
  const match = /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(
    contentType.trim(),
  );
  return match?.[1] ?? match?.[2];
}

/** The parts of a body; `undefined` when it is not well-formed. */
export function parseMultipart(body: Uint8Array, boundary: string): readonly Part[] | undefined {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const mark = `--${boundary}`;
  const parts: Part[] = [];
  let at = bytes.indexOf(mark);
  if (at < 0 || (at > 0 && bytes.toString("latin1", at - 2, at) !== "\r\n")) return undefined;
  for (;;) {
    at += mark.length;
    if (bytes.toString("latin1", at, at + 2) === "--") return parts;
    const headersStart = bytes.indexOf("\r\n", at);
    if (headersStart < 0 || bytes.toString("latin1", at, headersStart).trim() !== "") return undefined;
    const headersEnd = bytes.indexOf("\r\n\r\n", headersStart);
    const end = headersEnd < 0 ? -1 : bytes.indexOf(`\r\n${mark}`, headersEnd + 2);
    if (end < 0 || parts.length === MAX_PARTS) return undefined;
    const naming = nameOf(bytes.toString("utf8", headersStart, headersEnd));
    if (naming === undefined) return undefined;
    parts.push({ ...naming, content: bytes.subarray(Math.min(headersEnd + 4, end), end) });
    at = end + 2;
  }
}

function nameOf(headers: string): { readonly name: string; readonly fileName?: string } | undefined {
  const line = headers.split("\r\n").find((header) => /^content-disposition\s*:/i.test(header));
  const name = line === undefined ? undefined : field(line, "name");
  if (line === undefined || name === undefined) return undefined;
  const fileName = extendedField(line, "filename") ?? field(line, "filename");
  return fileName === undefined ? { name } : { name, fileName };
}

function field(line: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;"]+))`, "i").exec(line);
  if (match === null) return undefined;
  return match[1]?.replace(/\\(.)/g, "$1").replace(/%22/g, '"') ?? match[2];
}

/** The form `name*=utf-8''%C3%A4` that clients choose when a name is not ASCII. */
function extendedField(line: string, name: string): string | undefined {
  const encoded = new RegExp(`;\\s*${name}\\*=utf-8'[^']*'([^\\s;]+)`, "i").exec(line)?.[1];
  return encoded === undefined ? undefined : decoded(encoded);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // URIError: the bytes are not UTF-8
  }
}
