import { seconds } from "@understudy/kernel";
import { expect, test } from "vitest";
import type { Identity, Provisioning } from "../identity.ts";
import { judgeReply } from "./judge-reply.ts";
import { type ProvisioningSetup, type ProvisioningStep, planProvisioning } from "./plan-provisioning.ts";

const withKey: ProvisioningSetup = { hasCloud: true, key: "fleet-key" };
const withoutKey: ProvisioningSetup = { hasCloud: true };
const alone: ProvisioningSetup = { hasCloud: false, key: "fleet-key" };
const refused: Provisioning = { state: "refused", key: "fleet-key", status: 401, error: "Unauthorized" };

const table: readonly (readonly [Provisioning, ProvisioningSetup, ProvisioningStep])[] = [
  [{ state: "new" }, withKey, { do: "begin", key: "fleet-key" }],
  [{ state: "new" }, withoutKey, { do: "rest", as: "unprovisioned" }],
  [{ state: "new" }, alone, { do: "rest", as: "local" }],
  [{ state: "registering", key: "k" }, withoutKey, { do: "register", key: "k" }],
  [{ state: "registering", key: "k" }, withKey, { do: "register", key: "k" }],
  [{ state: "registering", key: "k" }, alone, { do: "rest", as: "local" }],
  [{ state: "registered", key: "k" }, withKey, { do: "begin-exchange", key: "k" }],
  [{ state: "key-exchanging", key: "k" }, withKey, { do: "exchange-keys", key: "k" }],
  [{ state: "provisioned", registeredAt: 1 }, withKey, { do: "rest", as: "provisioned" }],
  [{ state: "provisioned", registeredAt: 1 }, withoutKey, { do: "rest", as: "provisioned" }],
  [{ state: "provisioned", registeredAt: 1 }, alone, { do: "rest", as: "local" }],
  [refused, withKey, { do: "rest", as: "refused" }],
  [refused, withoutKey, { do: "rest", as: "refused" }],
  [refused, { hasCloud: true, key: "new-key" }, { do: "begin", key: "new-key" }],
];

test.each(table)("%o with %o", (provisioning, setup, step) => {
  const identity: Identity = { uuid: "u", deviceApiKey: "d", deviceName: "n", provisioning };
  expect(planProvisioning(identity, setup)).toEqual(step);
});

test("a device without identity makes one first", () => {
  expect(planProvisioning(undefined, alone)).toEqual({ do: "create-identity" });
});

test.each([
  [200, "v2", false, { kind: "taken" }],
  [404, "v2", false, { kind: "older-paths" }],
  [405, "v2", false, { kind: "older-paths" }],
  [404, "v2", true, { kind: "refused" }],
  [404, "v1", false, { kind: "refused" }],
  [409, "v2", false, { kind: "conflict" }],
  [400, "v2", true, { kind: "refused" }],
  [401, "v2", true, { kind: "refused" }],
  [403, "v2", true, { kind: "refused" }],
  [408, "v2", true, { kind: "retry" }],
  [425, "v2", true, { kind: "retry" }],
  [500, "v2", true, { kind: "retry" }],
  [503, "v2", true, { kind: "retry" }],
] as const)("status %i on %s paths (known: %s): %o", (status, paths, known, verdict) => {
  expect(judgeReply(status, [], { paths, known })).toEqual(verdict);
});

test("429 says how long to wait", () => {
  const verdict = judgeReply(429, [["retry-after", "90"]], { paths: "v2", known: true });
  expect(verdict).toEqual({ kind: "retry", after: seconds(90) });
});
