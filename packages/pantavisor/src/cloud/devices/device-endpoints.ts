import type { Endpoints } from "../http/endpoints.ts";
import { deleteDevice, patchDevice, setPublic } from "./change-devices.ts";
import { putDevice } from "./claim.ts";
import { createJoinToken, disableJoinToken, getJoinToken, listJoinTokens, patchJoinToken } from "./join-tokens.ts";
import { getUserMeta, patchDeviceMeta, patchUserMeta, putDeviceMeta, putUserMeta } from "./metadata.ts";
import { validateOwnership } from "./ownership.ts";
import { getDevice, getDeviceByPath, listDevices } from "./read-devices.ts";
import { registerDevice } from "./register.ts";

/** Everything below `/devices`. */
export function deviceEndpoints(at: Endpoints): void {
  at.open("POST", "/devices/", registerDevice);
  at.guarded("devices:read", "GET", "/devices/", listDevices);

  at.guarded("devices:read", "POST", "/devices/tokens", createJoinToken);
  at.guarded("devices:read", "GET", "/devices/tokens", listJoinTokens);
  at.guarded("devices:read", "GET", "/devices/tokens/:id", getJoinToken);
  at.guarded("devices:change", "PATCH", "/devices/tokens/:id", patchJoinToken);
  at.guarded("devices:change", "DELETE", "/devices/tokens/:id", disableJoinToken);

  at.guarded("devices:read", "GET", "/devices/np/:owner/:nick", getDeviceByPath);
  at.open("POST", "/devices/register", (hub) => hub.incidents.reply(400, "Enrolment by TPM is not offered"));

  at.guarded("devices:read", "GET", "/devices/:id", getDevice);
  at.guarded("devices:write", "PUT", "/devices/:id", putDevice);
  at.guarded("devices:write", "PATCH", "/devices/:id", patchDevice);
  at.guarded("devices:write", "DELETE", "/devices/:id", deleteDevice);
  at.guarded("devices:write", "PUT", "/devices/:id/public", setPublic(true));
  at.guarded("devices:write", "DELETE", "/devices/:id/public", setPublic(false));

  at.guarded(undefined, "POST", "/devices/:id/ownership/validate", validateOwnership);

  at.guarded("devices:read", "GET", "/devices/:id/user-meta", getUserMeta);
  at.guarded("devices:write", "PUT", "/devices/:id/user-meta", putUserMeta);
  at.guarded("devices:write", "PATCH", "/devices/:id/user-meta", patchUserMeta);
  at.guarded("devices:write", "PUT", "/devices/:id/device-meta", putDeviceMeta);
  at.guarded("devices:write", "PATCH", "/devices/:id/device-meta", patchDeviceMeta);
}
