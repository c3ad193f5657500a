import type { DeviceState, JsonObject } from "@understudy/kernel";
import type { Health } from "./connection-health.ts";
import type { Provisioning } from "./identity.ts";

/** What a simulated edge device really is, but for its phase; the cloud's belief has the keys that a cloud can know. */
export interface AgentFacts {
  /** Empty until the first boot has made an identity. */
  readonly uuid: string;
  readonly deviceName: string;
  /** Without it the device stays by itself. */
  readonly hasCloud: boolean;
  readonly provisioning: Provisioning["state"];
  readonly provisioned: boolean;
  readonly connection: Health;
  /** The last exchanges with the cloud worked. */
  readonly online: boolean;
  /** Connected to the broker. */
  readonly mqtt: boolean;
  /** Target version that is applied; 0: none yet. */
  readonly version: number;
  /** Target version that is known; 0: none yet. */
  readonly targetVersion: number;
  /** Apps that run, by id. */
  readonly apps: JsonObject;
}

export interface AgentState extends DeviceState, AgentFacts {
  readonly phase: AgentPhase;
}

/** Phases of an edge device with what they mean for somebody who looks at a fleet. */
export const AGENT_PHASES = [
  { name: "local", tone: "idle" },
  { name: "unprovisioned", tone: "waiting" },
  { name: "registering", tone: "busy" },
  { name: "exchanging-keys", tone: "busy" },
  { name: "refused", tone: "bad" },
  { name: "connecting", tone: "busy" },
  { name: "applying", tone: "busy" },
  { name: "online", tone: "good" },
  { name: "degraded", tone: "waiting" },
  { name: "offline", tone: "bad" },
  { name: "auth-failed", tone: "bad" },
  { name: "off", tone: "off" },
] as const;

export type AgentPhase = (typeof AGENT_PHASES)[number]["name"];

/** The state that these facts make. Written out, since an object that grows costs an idle device more. */
export function stateOf(facts: AgentFacts): AgentState {
  const { uuid, deviceName, hasCloud, provisioning, provisioned, connection } = facts;
  const { online, mqtt, version, targetVersion, apps } = facts;
  return {
    phase: phaseOf(facts),
    uuid,
    deviceName,
    hasCloud,
    provisioning,
    provisioned,
    connection,
    online,
    mqtt,
    version,
    targetVersion,
    apps,
  };
}

/** The phase follows from the rest of the state; `off` is the power switch's to say. */
export function phaseOf(state: AgentFacts): AgentPhase {
  if (!state.hasCloud) return "local";
  switch (state.provisioning) {
    case "new":
      return "unprovisioned";
    case "registering":
      return "registering";
    case "registered":
    case "key-exchanging":
      return "exchanging-keys";
    case "refused":
      return "refused";
    case "provisioned":
      return connectedPhase(state);
  }
}

function connectedPhase({ connection, version, targetVersion }: AgentFacts): AgentPhase {
  if (connection === "auth-failed" || connection === "offline") return connection;
  if (version !== targetVersion) return "applying";
  return connection === "unknown" ? "connecting" : connection;
}
