import { mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type PemKind, readPem, writePem } from "./pem-file.ts";

/** Where an authority keeps certificates and keys, by names such as `ca.pem`. */
export interface PemPlace {
  /** `undefined` where nothing lies on a disk. */
  path(name: string): string | undefined;
  read(name: string): Promise<string | undefined>;
  /** False when `secret-once` found one there. */
  write(name: string, text: string, kind: PemKind): Promise<boolean>;
}

/** A folder of the host, made when it is missing. */
export async function folderOfPems(folder: string): Promise<PemPlace> {
  const root = resolve(folder);
  await mkdir(root, { recursive: true, mode: 0o700 });
  const path = (name: string): string => join(root, name);
  return {
    path,
    read: (name) => readPem(path(name)),
    async write(name, text, kind) {
      await mkdir(dirname(path(name)), { recursive: true, mode: 0o700 });
      return writePem(path(name), text, kind);
    },
  };
}

/** Memory: gone with the process. */
export function memoryOfPems(): PemPlace {
  const kept = new Map<string, string>();
  return {
    path: () => undefined,
    read: async (name) => kept.get(name),
    async write(name, text, kind) {
      if (kind === "secret-once" && kept.has(name)) return false;
      kept.set(name, text);
      return true;
    },
  };
}
