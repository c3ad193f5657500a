import type { Answer } from "../../wire/api/answer.ts";

/** A file to be downloaded. */
export const file = (name: string, content: Uint8Array | string): Answer => ({
  kind: "file",
  name,
  content: typeof content === "string" ? Buffer.from(content, "utf8") : content,
  contentType: "application/octet-stream",
});
