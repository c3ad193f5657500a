import { randomBytes } from "node:crypto";
import { link, open, readFile, rename, rm } from "node:fs/promises";

/** `secret`: mode 0600. `secret-once`: also never replaced. `public`: mode 0644. */
export type PemKind = "secret" | "secret-once" | "public";

/** The text of a file; `undefined` when there is none. */
export async function readPem(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** Writes a file whole or not at all, and synced. False when `secret-once` found one there. */
export async function writePem(path: string, text: string, kind: PemKind): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    await writeSynced(draft, text, kind === "public" ? 0o644 : 0o600);
  } catch (error) {
    await rm(draft, { force: true });
    throw withPath(error, path);
  }
  if (kind !== "secret-once") {
    await rename(draft, path);
    return true;
  }
  return linkOnce(draft, path);
}

async function writeSynced(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A write's error does not tell the file. */
const withPath = (error: unknown, path: string): unknown =>
  error instanceof Error ? Object.assign(error, { path }) : error;

/** A hard link fails where a name is taken; a rename would replace it. */
async function linkOnce(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;
