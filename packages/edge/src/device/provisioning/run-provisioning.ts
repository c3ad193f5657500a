import { type Duration, type HttpReply, readJson } from "@understudy/kernel";
import { describeRefusal } from "../../wire/cloud/cloud-error.ts";
import { keyExchangePath, type ProvisioningPaths, registerPath } from "../../wire/cloud/paths.ts";
import {
  keyExchangeRequest,
  type RegisterRequest,
  type Registration,
  registerReply,
  registerRequest,
} from "../../wire/cloud/registration.ts";
import type { AgentCore } from "../agent-core.ts";
import { provisioningDelay } from "../backoff.ts";
import { type CloudAccess, callCloud, cloudOf } from "../cloud-api/cloud-access.ts";
import { failedExchange } from "../cloud-api/exchange.ts";
import { DEVICE_DEFAULTS, optionsOf } from "../options.ts";
import { judgeReply, type Verdict } from "./judge-reply.ts";
import { type ProvisioningSetup, planProvisioning, type Rest } from "./plan-provisioning.ts";

/** Where an episode of provisioning left off: at rest, or with the next attempt to come. */
export type ProvisioningEnd =
  | { readonly kind: "rest"; readonly as: Rest }
  | { readonly kind: "later"; readonly after: Duration };

/** How one attempt ended. */
type Attempt = { readonly kind: "done" } | { readonly kind: "failed"; readonly retryAfter?: Duration };

const DONE: Attempt = { kind: "done" };

/**
 * Goes on with provisioning from what is stored, step by step, until there is nothing to do or an attempt fails.
 * `failures`: failed attempts in a row before this one.
 */
export async function runProvisioning(core: AgentCore, failures: number): Promise<ProvisioningEnd> {
  for (;;) {
    const access = cloudOf(core.spec);
    const step = planProvisioning(core.identity, setupOf(core, access));
    if (step.do === "rest" || step.do === "create-identity" || access === undefined) {
      return { kind: "rest", as: step.do === "rest" ? step.as : "local" };
    }
    switch (step.do) {
      case "begin":
        await core.become({ ...core.identity, provisioning: { state: "registering", key: step.key } }, "registering");
        break;
      case "begin-exchange":
        await core.become({ ...core.identity, provisioning: { state: "key-exchanging", key: step.key } }, "exchanging");
        break;
      case "register":
      case "exchange-keys": {
        const attempt =
          step.do === "register" ? await register(core, access, step.key) : await exchange(core, access, step.key);
        if (attempt.kind === "done") break;
        return { kind: "later", after: provisioningDelay(failures + 1, core.draw(), attempt.retryAfter) };
      }
    }
  }
}

function setupOf({ spec }: AgentCore, access: CloudAccess | undefined): ProvisioningSetup {
  const key = optionsOf(spec).provisioningApiKey ?? spec.cloud?.enrolment["provisioningApiKey"];
  return typeof key === "string" ? { hasCloud: access !== undefined, key } : { hasCloud: access !== undefined };
}

/** Phase 1. The uuid and the device's key stay the same however often it is tried: a cloud sees one device. */
async function register(core: AgentCore, access: CloudAccess, key: string): Promise<Attempt> {
  const paths = core.identity.paths ?? "v2";
  const tried = await attempt(core, "register", async () => {
    const body = registerRequest.render(registerBody(core));
    const headers = [["Authorization", `Bearer ${key}`]] as const;
    return callCloud(core.world, access, core.identity, {
      method: "POST",
      target: registerPath(access.base, paths),
      headers,
      body,
    });
  });
  if (tried.kind === "failed") return tried;
  const verdict = judgeReply(tried.reply.status, tried.reply.headers, {
    paths,
    known: core.identity.paths !== undefined,
  });
  switch (verdict.kind) {
    case "taken":
      return await keepRegistration(core, key, paths, tried.reply);
    case "older-paths":
      await core.become({ ...core.identity, paths: "v1" }, "older-cloud");
      return DONE;
    case "conflict":
      return await exchange(core, access, key, "after-conflict");
    case "retry":
    case "refused":
      return await conclude(core, key, tried.reply, verdict);
  }
}

async function keepRegistration(
  core: AgentCore,
  key: string,
  paths: ProvisioningPaths,
  reply: HttpReply,
): Promise<Attempt> {
  let registration: Registration;
  try {
    registration = registerReply.parse(await readJson(reply.body));
  } catch (error) {
    core.world.log.warn("the cloud's reply to the registration cannot be read", {
      reason: failedExchange(error).reason,
    });
    return { kind: "failed" };
  }
  const provisioning = { state: "registered", key } as const;
  await core.become({ ...core.identity, paths, provisioning, registration }, "registered", {
    deviceId: registration.deviceId,
  });
  return DONE;
}

/** Phase 2: from here on the provisioning key is forgotten. */
async function exchange(
  core: AgentCore,
  access: CloudAccess,
  key: string,
  occasion: "in-turn" | "after-conflict" = "in-turn",
): Promise<Attempt> {
  const { uuid, deviceApiKey, paths = "v2" } = core.identity;
  const tried = await attempt(core, "key-exchange", async () => {
    const headers = [["Authorization", `Bearer ${deviceApiKey}`]] as const;
    const target = keyExchangePath(access.base, paths, uuid);
    const body = keyExchangeRequest.render({ uuid, deviceApiKey });
    return callCloud(core.world, access, core.identity, { method: "POST", target, headers, body });
  });
  if (tried.kind === "failed") return tried;
  const verdict = judgeReply(tried.reply.status, tried.reply.headers, { paths, known: true });
  if (verdict.kind !== "taken") {
    const told =
      occasion === "after-conflict" && verdict.kind !== "retry" ? { ...tried.reply, status: 409 } : tried.reply;
    return await conclude(core, key, told, verdict);
  }
  const provisioning = { state: "provisioned", registeredAt: core.world.clock.now() } as const;
  await core.become({ ...core.identity, provisioning }, "provisioned");
  return DONE;
}

/** What is left when the cloud did not take it: try later, or give up for good. */
async function conclude(core: AgentCore, key: string, reply: HttpReply, verdict: Verdict): Promise<Attempt> {
  if (verdict.kind === "retry") {
    return verdict.after === undefined ? { kind: "failed" } : { kind: "failed", retryAfter: verdict.after };
  }
  const { status } = reply;
  const error = await describeRefusal(reply);
  core.world.log.warn("the cloud refuses this device", { status, error });
  await core.become({ ...core.identity, provisioning: { state: "refused", key, status, error } }, "refused", {
    status,
    error,
  });
  return DONE;
}

async function attempt(
  core: AgentCore,
  operation: string,
  call: () => Promise<HttpReply>,
): Promise<{ readonly kind: "answered"; readonly reply: HttpReply } | { readonly kind: "failed" }> {
  const fault = await core.strike(operation);
  if (fault?.error !== undefined) return { kind: "failed" };
  try {
    return { kind: "answered", reply: await call() };
  } catch (error) {
    core.world.log.warn(`${operation} failed`, { reason: failedExchange(error).reason });
    return { kind: "failed" };
  }
}

function registerBody({ spec, identity }: AgentCore): RegisterRequest {
  const { deviceType, applicationId, macAddress, osVersion, agentVersion } = { ...DEVICE_DEFAULTS, ...optionsOf(spec) };
  const { uuid, deviceName, deviceApiKey } = identity;
  return {
    uuid,
    deviceName,
    deviceType,
    deviceApiKey,
    osVersion,
    agentVersion,
    ...(applicationId === undefined ? {} : { applicationId }),
    ...(macAddress === undefined ? {} : { macAddress }),
  };
}
