import { type JsonObject, type Storage, UnderstudyError } from "@understudy/kernel";
import { type Identity, parseIdentity, renderIdentity } from "./identity.ts";

/*
 * The simulated device keeps three small files. A real agent has one SQLite file instead, `device.sqlite`: the identity is the
 * row of table `device`, target and current state are rows of `stateSnapshot` (types `target` and `current`), and queued
 * reports are rows of `offline_queue`. What is written when, and in which order, is the same.
 */
const IDENTITY_FILE = "agent/device.json";
const TARGET_FILE = "agent/target.json";
const CURRENT_FILE = "agent/current.json";

/** The target as it was last received, with the tag that makes the next poll cheap. */
export interface StoredTarget {
  readonly version: number;
  readonly apps: JsonObject;
  readonly config: JsonObject;
  readonly etag?: string;
}

/** What was last applied. */
export interface StoredCurrent {
  readonly version: number;
  readonly apps: JsonObject;
}

export async function readIdentity(storage: Storage): Promise<Identity | undefined> {
  const text = await storage.readText(IDENTITY_FILE);
  return text === undefined ? undefined : parseIdentity(text);
}

/** Durable when the promise resolves. */
export async function writeIdentity(storage: Storage, identity: Identity): Promise<void> {
  await storage.write(IDENTITY_FILE, renderIdentity(identity), { mode: 0o600 });
  await storage.sync();
}

export const readTarget = (storage: Storage): Promise<StoredTarget | undefined> => readSnapshot(storage, TARGET_FILE);

export const readCurrent = (storage: Storage): Promise<StoredCurrent | undefined> =>
  readSnapshot(storage, CURRENT_FILE);

/** Durable when the promise resolves. */
export const writeTarget = (storage: Storage, target: StoredTarget): Promise<void> =>
  writeSnapshot(storage, TARGET_FILE, target);

/** Durable when the promise resolves. */
export const writeCurrent = (storage: Storage, current: StoredCurrent): Promise<void> =>
  writeSnapshot(storage, CURRENT_FILE, current);

async function readSnapshot<Snapshot>(storage: Storage, path: string): Promise<Snapshot | undefined> {
  const text = await storage.readText(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Snapshot; // Written by us in one piece.
  } catch (cause) {
    throw new UnderstudyError(
      "bad-snapshot",
      `${path} cannot be read: it is not JSON. Remove it; the device will ask its cloud again.`,
      { path },
      { cause },
    );
  }
}

async function writeSnapshot(storage: Storage, path: string, snapshot: object): Promise<void> {
  await storage.write(path, JSON.stringify(snapshot));
  await storage.sync();
}
