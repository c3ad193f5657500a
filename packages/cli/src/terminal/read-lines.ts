import { createInterface } from "node:readline";

/** Gives each line that is typed to `typed`, until the returned function is called. The end of input is no answer to anything. */
export function readLines(input: NodeJS.ReadableStream, typed: (line: string) => void): () => void {
  const reader = createInterface({ input, terminal: false });
  reader.on("line", typed);
  input.on("error", () => reader.close()); // a terminal that has gone
  return () => reader.close();
}
