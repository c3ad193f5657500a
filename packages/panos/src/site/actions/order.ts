import type { JsonObject } from "@understudy/kernel";
import { type ApiClient, ApiClientError } from "../api-client.ts";

/** Actions that are one operational command for each firewall, through Panorama. */
export const ORDERS = {
  restart: "<request><restart><system/></restart></request>",
  shutdown: "<request><shutdown><system/></shutdown></request>",
  suspend: "<request><high-availability><state><suspend/></state></high-availability></request>",
  functional: "<request><high-availability><state><functional/></state></high-availability></request>",
} as const;

export type OrderName = keyof typeof ORDERS;

export const isOrder = (action: string): action is OrderName => Object.hasOwn(ORDERS, action);

/** Gives all firewalls a command. Resolves to what each answered; rejects with `refused` when one refuses. */
export async function giveOrder(panorama: ApiClient, cmd: string, serials: readonly string[]): Promise<JsonObject> {
  const answers = serials.map(async (serial) => {
    const reply = await panorama.for(serial).op(cmd);
    if (!reply.ok)
      throw new ApiClientError("refused", `${serial} refused ${cmd}: ${reply.text}`, { serial, cmd, text: reply.text });
    return [serial, reply.xml] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}
