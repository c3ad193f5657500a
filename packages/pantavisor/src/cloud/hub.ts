import type { X509Certificate } from "node:crypto";
import { type Instant, type RandomStream, type Store, toIso, type World } from "@understudy/kernel";
import { mintId } from "../wire/pantahub/object-id.ts";
import { NEVER } from "../wire/pantahub/step-resource.ts";
import type { Accounts } from "./auth/accounts.ts";
import type { Beliefs } from "./beliefs.ts";
import type { Callers } from "./callers.ts";
import type { Contacts } from "./contacts.ts";
import type { Incidents } from "./http/refusal.ts";
import type { Keys } from "./keys.ts";
import type { LogBound } from "./logs/log-bound.ts";
import type { PantahubSettings } from "./options.ts";
import type { Finders } from "./tables/finders.ts";
import type { States } from "./trails/states.ts";
import type { StepFilters } from "./trails/step-filter.ts";

/** Everything an endpoint works with. */
export interface Hub {
  readonly world: World;
  readonly settings: PantahubSettings;
  readonly store: Store;
  readonly find: Finders;
  readonly keys: Keys;
  /** Certificates that device certificates must come from. */
  readonly roots: readonly X509Certificate[];
  readonly accounts: Accounts;
  readonly callers: Callers;
  readonly contacts: Contacts;
  readonly beliefs: Beliefs;
  readonly states: States;
  readonly stepFilters: StepFilters;
  readonly logBound: LogBound;
  readonly incidents: Incidents;
  /** Ids, secrets, challenges and made-up names are drawn here. */
  readonly chance: RandomStream;
  /** When this boot began. */
  readonly bootedAt: Instant;
  /** Names put into URLs when the request's own Host is none of them. */
  readonly publicNames: readonly string[];
}

/** A new id. */
export const newId = (hub: Hub): string => mintId(hub.world.clock.now(), hub.chance);

/** A stored time as it is shown; zero is a time that was never set. */
export const shownTime = (ms: number, never: string = NEVER): string => (ms === 0 ? never : toIso(ms as Instant)); // Rows hold milliseconds.
