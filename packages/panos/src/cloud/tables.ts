import { type Table, table } from "@understudy/kernel";
import type { NodeState } from "../node/state.ts";
import type { DeviceFacts } from "../wire/link/panorama-frames.ts";
import { callsTable } from "./call-journal.ts";
import { operationsTable } from "./operation-book.ts";
import type { PairState } from "./pair/pair-state.ts";
import { documentsTable, journalTable } from "./store-config.ts";
import { filesTable } from "./store-files.ts";
import { DEVICES_VIEW } from "./views.ts";

/** A firewall that Panorama expects, and what it last heard of it. */
export interface DeviceRow {
  readonly serial: string;
  /** Id of the stand-in in its lab. */
  readonly id: string;
  /** Counts from 0 in the order of enrolment; what its own address follows from. */
  readonly number: number;
  readonly hostname: string;
  /** As the scenario writes it. */
  readonly ip_text: string;
  readonly model: string;
  readonly first_version: string;
  readonly device_group: string;
  readonly template_stack: string;
  /** Stand for what was pushed last; empty before the first push. */
  readonly policy_digest: string;
  readonly template_digest: string;
  /** Null until it has said hello once. */
  readonly facts: DeviceFacts | null;
  readonly connected_at: number | null;
  /** What the scenario offers it. Null, as is the time, in rows of before these columns. */
  readonly available_versions: readonly string[] | null;
  readonly created_at: number | null;
}

export const devicesTable = table<DeviceRow>(
  "panorama_devices",
  {
    serial: "text",
    id: "text",
    number: "integer",
    hostname: "text",
    ip_text: "text",
    model: "text",
    first_version: "text",
    device_group: "text",
    template_stack: "text",
    policy_digest: "text",
    template_digest: "text",
    facts: "json?",
    connected_at: "integer?",
    available_versions: "json?",
    created_at: "integer?",
  },
  { key: ["serial"], view: DEVICES_VIEW },
);

/** Panorama's own state as a node, in one row. */
export interface NodeRow {
  readonly name: "panorama";
  readonly state: NodeState & { readonly ha?: PairState };
}

export const nodeTable = table<NodeRow>("panorama_node", { name: "text", state: "json" }, { key: ["name"] });

export const PANORAMA_TABLES: readonly Table<never>[] = [
  devicesTable,
  nodeTable,
  documentsTable,
  journalTable,
  operationsTable,
  callsTable,
  filesTable,
];
