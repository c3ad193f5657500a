import type { Endpoint } from "@understudy/kernel";
import { readOwnership } from "../../wire/hub-replies.ts";
import type { Core, Identity } from "../core.ts";
import { OWNERSHIP_CERTIFICATE_FILE, OWNERSHIP_KEY_FILE } from "../layout.ts";
import { readStored, setExtra } from "../metadata/extra-metadata.ts";
import { markUnsent } from "../metadata/push-device-metadata.ts";
import { ask, attempt, jsonOf } from "./exchange.ts";
import { isTrouble } from "./trouble.ts";

const STATUS_KEY = "ovmode_status";
const PROVEN = "completed";

/**
 * Proves by TLS client certificate whom the device belongs to, if a certificate is there and it has not been done. A refusal is tried
 * again in the next cycle, and keeps nothing else from going on.
 */
export async function proveOwnership(core: Core, identity: Identity): Promise<void> {
  const { storage } = core.world;
  const certificate = await storage.readText(OWNERSHIP_CERTIFICATE_FILE);
  const key = await storage.readText(OWNERSHIP_KEY_FILE);
  if (certificate === undefined || key === undefined || (await readStored(core))[STATUS_KEY] === PROVEN) {
    core.ownership = "settled";
    return;
  }
  const endpoint = secureEndpoint(core);
  if (endpoint === undefined) {
    core.ownership = "settled";
    core.say("Ownership cannot be validated: the hub is not reached by TLS.");
    return;
  }
  core.say("Validating ownership...");
  const outcome = await prove(core, identity, { ...endpoint, tls: { ...endpoint.tls, certificate, key } });
  if (outcome === undefined) return;
  if (outcome === "not-needed") {
    core.ownership = "settled";
    core.say("Ownership need not be validated.");
    return;
  }
  await setExtra(core, STATUS_KEY, PROVEN);
  markUnsent(core, STATUS_KEY);
  core.ownership = "settled";
  core.change("ownership", { ownership: PROVEN });
  core.say("Ownership validated.");
}

const secureEndpoint = (core: Core): Endpoint | undefined =>
  core.endpoint?.tls === undefined ? core.spec.cloud?.endpoints["https"] : core.endpoint;

async function prove(core: Core, identity: Identity, endpoint: Endpoint): Promise<ReturnType<typeof readOwnership>> {
  try {
    await attempt(core, "prove-ownership");
    const reply = await ask(core, "POST", `/devices/${identity.id}/ownership/validate`, undefined, endpoint);
    const outcome = reply.status >= 200 && reply.status < 300 ? readOwnership(await jsonOf(reply)) : undefined;
    if (outcome !== undefined) return outcome;
    core.say(`Ownership validation failed (${reply.status}). It is tried again in the next cycle.`);
  } catch (error) {
    if (!isTrouble(error)) throw error;
    core.say(`Ownership validation failed: ${error.message} It is tried again in the next cycle.`);
  }
  return undefined;
}
