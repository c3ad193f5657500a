import { type JsonObject, UnderstudyError } from "@understudy/kernel";
import type { ProvisioningPaths } from "../wire/cloud/paths.ts";
import type { Registration } from "../wire/cloud/registration.ts";

/** How far the device is with joining its cloud. Each step is stored before the next begins. */
export type Provisioning =
  | { readonly state: "new" }
  | { readonly state: "registering"; readonly key: string }
  | { readonly state: "registered"; readonly key: string }
  | { readonly state: "key-exchanging"; readonly key: string }
  | { readonly state: "provisioned"; readonly registeredAt: number }
  | { readonly state: "refused"; readonly key: string; readonly status: number; readonly error: string };

/** Who the device is: the one row of a real agent's `device` table. */
export interface Identity {
  readonly uuid: string;
  /** Made on the device before its first contact with a cloud; never leaves it but to that cloud. */
  readonly deviceApiKey: string;
  readonly deviceName: string;
  readonly provisioning: Provisioning;
  /** Paths of the cloud's provisioning that worked; absent: not known yet, the canonical ones are tried. */
  readonly paths?: ProvisioningPaths;
  /** Absent until registered, and where another registration was taken up. */
  readonly registration?: Registration;
}

export const renderIdentity = (identity: Identity): string => JSON.stringify(identity);

/** Reads what {@link renderIdentity} wrote; throws `bad-identity` when somebody else has written there. */
export function parseIdentity(text: string): Identity {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (cause) {
    throw badIdentity("it is not JSON", cause);
  }
  const { uuid, deviceApiKey, provisioning } = (typeof read === "object" && read !== null ? read : {}) as JsonObject;
  if (typeof uuid !== "string" || typeof deviceApiKey !== "string" || typeof provisioning !== "object") {
    throw badIdentity("uuid, deviceApiKey or provisioning is missing");
  }
  return read as Identity; // Ours, and its marks are there: the rest was written with it in one piece.
}

const badIdentity = (why: string, cause?: unknown): UnderstudyError =>
  new UnderstudyError(
    "bad-identity",
    `The device's identity cannot be read: ${why}. Restore the file, or remove the device's storage to start anew.`,
    {},
    { cause },
  );
