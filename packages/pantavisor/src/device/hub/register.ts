import { type Headers, json } from "@understudy/kernel";
import { parseConfig, setConfigAll } from "../../wire/config-file.ts";
import { deviceIdOf, readRegistration } from "../../wire/hub-replies.ts";
import { processedOf } from "../../wire/revision-info.ts";
import type { Core } from "../core.ts";
import { CONFIG_FILE } from "../layout.ts";
import { askOpenly, attempt, jsonOf } from "./exchange.ts";
import { successful, unreadable } from "./trouble.ts";

const NO_MEMBERS = Object.freeze({});

/**
 * Registers the device with its autotoken and stores its credentials. When the power goes before they are stored, the device
 * registers once more; the hub keeps the first, orphaned record, as with real devices.
 */
export async function register(core: Core): Promise<void> {
  await attempt(core, "register");
  const config = (await core.world.storage.readText(CONFIG_FILE)) ?? "";
  const autotok = autotokOf(core, config);
  const headers: Headers = autotok === undefined ? [] : [["Pantahub-Devices-Auto-Token-V1", autotok]];
  const reply = successful(await askOpenly(core, "POST", "/devices/", json(NO_MEMBERS), headers), "the registration");
  const registration = readRegistration(await jsonOf(reply));
  if (!registration.ok) throw unreadable("the registration", registration.problem);
  const { prn, secret, challenge } = registration.value;
  if (processedOf(core.info) !== 0) await core.commit({ ...core.info, processed: 0 }); // its new trail counts from 1
  const stored = setConfigAll(config, { PH_CREDS_PRN: prn, PH_CREDS_SECRET: secret, PH_CREDS_CHALLENGE: challenge });
  await core.world.storage.write(CONFIG_FILE, stored, { mode: 0o600 });
  await core.world.storage.sync();
  core.identity = identityOf(prn);
  core.say(`Device registered: ${prn}`);
  core.change("registered", { phase: core.phase(), prn, challenge: challenge ?? null });
}

/** The identity behind a stored PRN; `undefined` when it is unusable. */
export function identityOf(prn: string | undefined): Core["identity"] {
  const id = prn === undefined ? undefined : deviceIdOf(prn);
  return prn === undefined || id === undefined ? undefined : { prn, id };
}

function autotokOf(core: Core, config: string): string | undefined {
  const values = parseConfig(config);
  const enrolled = core.spec.cloud?.enrolment["autoToken"];
  return (
    core.settings.autotok ??
    values.get("PH_FACTORY_AUTOTOK") ??
    values.get("factory.autotok") ??
    (typeof enrolled === "string" ? enrolled : undefined)
  );
}
