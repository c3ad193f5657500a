import type { SystemState } from "../../wire/state/system-state.ts";

/** Who speaks on a control socket: a property of the socket, since every container gets its own. */
export type Caller = { readonly kind: "host" } | { readonly kind: "container"; readonly name: string };

export const HOST: Caller = Object.freeze({ kind: "host" });

/** What a caller may do. `unknown`: a container that the running state does not have. */
export type Privilege = "manager" | "ordinary" | "unknown";

export function privilegeOf(caller: Caller, state: SystemState | undefined): Privilege {
  if (caller.kind === "host") return "manager";
  const container = state?.containers.find(({ name }) => name === caller.name);
  if (container === undefined) return "unknown";
  return container.isManager ? "manager" : "ordinary";
}
