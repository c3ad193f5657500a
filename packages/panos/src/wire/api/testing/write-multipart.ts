import type { Part } from "../multipart.ts";

/** Writes parts so that {@link parseMultipart} gives them back. The boundary must not occur in any content. */
export function writeMultipart(parts: readonly Part[], boundary: string): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (const part of parts) {
    const file =
      part.fileName === undefined
        ? ""
        : `; filename="${quoted(part.fileName)}"\r\nContent-Type: application/octet-stream`;
    chunks.push(
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${quoted(part.name)}"${file}\r\n\r\n`),
    );
    chunks.push(part.content, Buffer.from("\r\n"));
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`));
  return Buffer.concat(chunks);
}

const quoted = (text: string): string => text.replace(/[\r\n]/g, " ").replace(/["\\]/g, (c) => `\\${c}`);
