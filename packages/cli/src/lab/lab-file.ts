import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { LabSource } from "@understudy/fleet";
import { messageOf, UsageError } from "@understudy/kernel";

/** Reads a lab file as a source; modules of families are found relative to it. Throws a usage error when it cannot be read. */
export async function labSource(file: string): Promise<LabSource> {
  try {
    return { text: await readFile(file, "utf8"), file, baseUrl: pathToFileURL(resolve(file)).href };
  } catch (error) {
    throw new UsageError(
      "no-lab-file",
      `The lab file ${file} cannot be read: ${messageOf(error)}`,
      { file },
      { cause: error },
    );
  }
}
