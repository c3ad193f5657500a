import { type Storage, UnderstudyError } from "@understudy/kernel";
import { type FirewallState, STATE_FORMAT } from "./state.ts";

/** Where a firewall keeps its state. */
export const STATE_FILE = "state.json";

/** Reads the state; `undefined` for a storage that has never been used. Throws when the file is not one of ours. */
export async function readState(storage: Storage): Promise<FirewallState | undefined> {
  const text = await storage.readText(STATE_FILE);
  if (text === undefined) return undefined;
  const state = parse(text);
  if (state?.format !== STATE_FORMAT) {
    throw new UnderstudyError(
      "bad-storage",
      `${STATE_FILE} was not written by this release; start with an empty storage.`,
      { file: STATE_FILE },
    );
  }
  return state;
}

function parse(text: string): FirewallState | undefined {
  try {
    return JSON.parse(text) as FirewallState; // written by writeState; the format number is checked by the caller
  } catch {
    return undefined; // not JSON at all
  }
}

/** Writes the state so that it survives a power cut. */
export async function writeState(storage: Storage, state: FirewallState): Promise<void> {
  await storage.write(STATE_FILE, JSON.stringify(state));
  await storage.sync();
}
