import { readFile, stat } from "node:fs/promises";
import { type JsonObject, messageOf, parseJsonText, seconds, UnderstudyError, UsageError } from "@understudy/kernel";
import { refused } from "@understudy/kernel/live";
import { type PantahubUser, type Revision, revisionOfFolder } from "@understudy/pantavisor";
import { idIn } from "./device-name.ts";
import type { Told } from "./hub-client.ts";

export interface PublishOptions {
  readonly message?: string;
  /** True: for the default time. */
  readonly wait?: true | string;
}

const DEFAULT_WAIT_SECONDS = 300;

/** Posts a revision to devices, and waits for its end where that is wanted. */
export async function publish(
  user: PantahubUser,
  source: string,
  devices: readonly string[],
  { message, wait }: PublishOptions,
): Promise<Told> {
  const patience = patienceOf(wait);
  const revision = await revisionIn(source, message);
  const posted: { readonly device: string; readonly revision: number }[] = [];
  for (const name of devices) {
    const { id } = await user.device(idIn(name));
    const { rev } = await user.publish(id, posted.length === 0 ? revision : { ...revision, objects: [] });
    posted.push({ device: id, revision: rev });
  }
  if (patience === undefined) {
    return { value: posted, text: posted.map(({ device, revision: rev }) => `${device}: revision ${rev}`).join("\n") };
  }
  const ended = await Promise.all(
    posted.map(async ({ device, revision: rev }) => {
      const step = await user.waitForStatus(device, rev, ["DONE", "UPDATED"], { within: patience });
      return { device, revision: rev, status: step.progress.status };
    }),
  );
  return {
    value: ended,
    text: ended.map(({ device, revision: rev, status }) => `${device}: revision ${rev} ${status}`).join("\n"),
  };
}

function patienceOf(wait: PublishOptions["wait"]): ReturnType<typeof seconds> | undefined {
  if (wait === undefined) return undefined;
  if (wait === true) return seconds(DEFAULT_WAIT_SECONDS);
  if (/^\d{1,6}$/.test(wait) && Number(wait) > 0) return seconds(Number(wait));
  throw refused("--wait", wait, "whole seconds above 0");
}

async function revisionIn(source: string, message: string | undefined): Promise<Revision> {
  const found = await stat(source).catch(() => undefined);
  if (found === undefined) throw new UsageError("no-source", `There is no ${source}.`, { source });
  if (found.isDirectory()) return revisionOfFolder(source, message);
  const state = await stateIn(source);
  return { state, objects: [], ...(message !== undefined && { message }) };
}

async function stateIn(file: string): Promise<JsonObject> {
  try {
    const value = parseJsonText(await readFile(file, "utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject; // parsed JSON
    throw new UnderstudyError("bad-state-file", "it is not an object");
  } catch (error) {
    throw new UsageError("bad-state-file", `${file} is no state: ${messageOf(error)}`, { file }, { cause: error });
  }
}
