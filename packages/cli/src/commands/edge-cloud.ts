import type { Command } from "commander";
import type { Outcome } from "../command-line.ts";
import { addServe, type ServedCloud } from "./serve-cloud.ts";

const EDGE_CLOUD: ServedCloud = {
  command: "edge-cloud",
  family: "edge",
  title: "an embedded edge cloud with its MQTT broker",
  ports: { port: 7430 },
  more: { mqtt: { flag: "mqtt-port", text: "MQTT port, 0 for a free one", port: 7431 } },
};

/** `understudy edge-cloud serve`. */
export const defineEdgeCloud = (group: Command, outcome: Outcome): void => addServe(group, EDGE_CLOUD, outcome);
