import { type JsonObject, wireProblem } from "@understudy/kernel";
import { type Static, Type } from "typebox";
import { convertedMessage } from "../message.ts";

const JsonMap = Type.Unsafe<JsonObject>(Type.Record(Type.String(), Type.Unknown()));
const Measure = Type.Optional(Type.Union([Type.Number(), Type.Null()]));

/** What a device says of itself. Only the first three are always there; what has not changed is left out. */
export const StateReport = Type.Object({
  apps: JsonMap,
  is_online: Type.Boolean(),
  /** The target version that is applied. */
  version: Type.Integer({ minimum: 0 }),
  config: Type.Optional(JsonMap),
  endpoints_health: Type.Optional(JsonMap),
  os_version: Type.Optional(Type.String()),
  agent_version: Type.Optional(Type.String()),
  local_ip: Type.Optional(Type.String()),
  /** Percent. */
  cpu_usage: Measure,
  /** MB. */
  memory_usage: Measure,
  /** MB. */
  memory_total: Measure,
  /** MB. */
  storage_usage: Measure,
  /** MB. */
  storage_total: Measure,
  /** Degrees Celsius; older clouds read it as `cpu_temp`, so both are sent. */
  temperature: Measure,
  cpu_temp: Measure,
  /** Seconds. */
  uptime: Measure,
  network_latency_ms: Measure,
  top_processes: Type.Optional(Type.Array(Type.Unknown())),
  network_interfaces: Type.Optional(Type.Array(Type.Unknown())),
  sensor_health: Type.Optional(JsonMap),
  anomaly_detection: Type.Optional(JsonMap),
  /** Only in reports that had to wait: when it was so, in milliseconds. What came later is not undone by them. */
  reported_at: Type.Optional(Type.Integer()),
});
export type StateReport = Static<typeof StateReport>;

/** A report and whose it is, as the payload says. */
export interface AddressedReport {
  readonly uuid: string;
  readonly report: StateReport;
}

/** The state report: one device's, keyed by its uuid; the same over MQTT and HTTP. */
export const stateReport = convertedMessage({
  name: "report",
  schema: Type.Record(Type.String(), StateReport, { minProperties: 1 }),
  parse: (wire): AddressedReport => {
    const [first, ...others] = Object.entries(wire);
    if (first === undefined || others.length > 0) {
      const found = `${others.length + 1} devices`;
      throw wireProblem({ reason: "shape", path: "report", found, accepted: "exactly one" });
    }
    return { uuid: first[0], report: first[1] };
  },
  render: ({ uuid, report }): JsonObject => ({ [uuid]: report as JsonObject }),
  describe: ({ uuid, report }) =>
    `state of ${uuid}: version ${report.version}, ${Object.keys(report.apps).length} apps`,
});
