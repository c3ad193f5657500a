import type { Identity } from "../identity.ts";

/** What the device has been told from outside. */
export interface ProvisioningSetup {
  readonly hasCloud: boolean;
  /** The fleet's provisioning key; absent: nobody has given one. */
  readonly key?: string;
}

/** Why there is nothing to do. */
export type Rest = "local" | "unprovisioned" | "refused" | "provisioned";

/** The next thing to do on the way into the cloud. `store` steps only write the identity. */
export type ProvisioningStep =
  | { readonly do: "create-identity" }
  | { readonly do: "begin"; readonly key: string }
  | { readonly do: "register"; readonly key: string }
  | { readonly do: "begin-exchange"; readonly key: string }
  | { readonly do: "exchange-keys"; readonly key: string }
  | { readonly do: "rest"; readonly as: Rest };

/**
 * Decides from the stored identity alone, so that a crash at any point is just another start: whoever has stored its
 * registration never registers again. A key that was refused is not tried again; a new one is.
 */
export function planProvisioning(identity: Identity | undefined, setup: ProvisioningSetup): ProvisioningStep {
  if (identity === undefined) return { do: "create-identity" };
  const { provisioning } = identity;
  if (provisioning.state === "provisioned") return { do: "rest", as: setup.hasCloud ? "provisioned" : "local" };
  if (!setup.hasCloud) return { do: "rest", as: "local" };
  switch (provisioning.state) {
    case "new":
      return setup.key === undefined ? { do: "rest", as: "unprovisioned" } : { do: "begin", key: setup.key };
    case "registering":
      return { do: "register", key: provisioning.key };
    case "registered":
      return { do: "begin-exchange", key: provisioning.key };
    case "key-exchanging":
      return { do: "exchange-keys", key: provisioning.key };
    case "refused":
      return setup.key === undefined || setup.key === provisioning.key
        ? { do: "rest", as: "refused" }
        : { do: "begin", key: setup.key };
  }
}
