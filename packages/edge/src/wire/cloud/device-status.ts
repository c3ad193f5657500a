import { type Static, Type } from "typebox";
import { message } from "../message.ts";

/** Retained on `iot/device/<uuid>/status`: `online` by the device; `offline` by its will, or by itself when it stops. */
export const DeviceStatus = Type.Union([
  Type.Object({ status: Type.Literal("online"), version: Type.String(), timestamp: Type.Number() }),
  Type.Object({ status: Type.Literal("offline"), reason: Type.String(), timestamp: Type.Optional(Type.Number()) }),
]);
export type DeviceStatus = Static<typeof DeviceStatus>;

export const deviceStatus = message({
  name: "status",
  schema: DeviceStatus,
  describe: (status) => (status.status === "online" ? `online, agent ${status.version}` : `offline: ${status.reason}`),
});
