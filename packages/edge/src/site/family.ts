import type { Family } from "@understudy/kernel";
import { createEdgeCloud } from "../cloud/edge-cloud.ts";
import { EdgeCloudOptions } from "../cloud/options.ts";
import { AGENT_PHASES } from "../device/agent-state.ts";
import { AGENT_OPERATIONS, EdgeAgent } from "../device/edge-agent.ts";
import { EdgeDeviceOptions } from "../device/options.ts";
import { ACTIONS, act } from "./act.ts";

/** Edge agents and their cloud. */
export const edge: Family = {
  name: "edge",
  cloudKind: "edge-cloud",
  ports: { http: 7430, mqtt: 7431 },
  tlsPorts: { mqtts: 7432 },
  schemas: { cloud: EdgeCloudOptions, device: EdgeDeviceOptions, actions: ACTIONS },
  operations: AGENT_OPERATIONS,
  phases: AGENT_PHASES,
  createCloud: createEdgeCloud,
  createDevice: (spec) => new EdgeAgent(spec),
  act,
};
