import { createHash } from "node:crypto";
import {
  type Blob,
  type Cloud,
  type CloudSpec,
  type DeviceSpec,
  EMPTY_BODY,
  type Endpoint,
  type Family,
  type HttpAnswer,
  type HttpReply,
  type HttpRequest,
  header,
  type JsonObject,
  json,
  type ReceivedRequest,
  type World,
} from "@understudy/kernel";
import { Type } from "typebox";
import { createPantavisorDevice } from "../src/device/pantavisor-device.ts";
import { PANTAVISOR_OPERATIONS, PANTAVISOR_PHASES } from "../src/device/phases.ts";
import { pantavisorDeviceSchema } from "../src/device/settings.ts";

interface Step {
  readonly rev: number;
  readonly state: JsonObject;
  readonly objects: readonly string[];
  progress: { status: string; [key: string]: unknown };
}

interface Account {
  readonly id: string;
  readonly prn: string;
  readonly secret: string;
  owner: string;
  userMeta: JsonObject;
  deviceMeta: Record<string, unknown>;
  readonly steps: Step[];
  trail: boolean;
}

/** A hub of a few lines that does what a test tells it; keeps everything in memory, over power cuts too. */
export class ScriptedHub {
  readonly accounts = new Map<string, Account>();
  readonly blobs = new Map<string, Blob>();
  readonly requests: { readonly line: string; readonly bytes: number; readonly device: string | undefined }[] = [];
  readonly logs: unknown[] = [];
  tokens = 0;
  valid = new Set<string>();
  /** Answers instead of the hub, when it gives something. */
  interfere: ((request: ReceivedRequest) => HttpAnswer | undefined) | undefined;
  /** Of the client that asked last. */
  certificate: string | undefined;
  claimedAtOnce = true;
  base = "http://pantahub:7410";

  get only(): Account {
    const [account] = this.accounts.values();
    if (account === undefined) throw new Error("no device has registered");
    return account;
  }

  count(start: string): number {
    return this.requests.filter(({ line }) => line.startsWith(start)).length;
  }

  publish(objects: Readonly<Record<string, Blob>>, inline: JsonObject = {}): number {
    const account = this.only;
    const rev = account.steps.length + 1;
    const entries = Object.entries(objects).map(([name, blob]) => [name, blob.sha256] as const);
    for (const blob of Object.values(objects)) this.blobs.set(blob.sha256, blob);
    const state = { "#spec": "pantavisor-service-system@1", ...inline, ...Object.fromEntries(entries) };
    account.steps.push({
      rev,
      state,
      objects: entries.map(([, sha]) => sha),
      progress: { status: "NEW", progress: 0, "status-msg": "" },
    });
    return rev;
  }

  handle(request: ReceivedRequest): HttpAnswer | Promise<HttpAnswer> {
    const bytes = request.body.kind === "json" ? Buffer.byteLength(JSON.stringify(request.body.value)) : 0;
    this.requests.push({ line: `${request.method} ${request.target}`, bytes, device: request.via.caller });
    this.certificate = request.via.clientCertificate;
    return this.interfere?.(request) ?? this.#route(request);
  }

  #route(request: ReceivedRequest): HttpReply | Promise<HttpReply> {
    const { method, target } = request;
    const body = request.body.kind === "json" ? (request.body.value as JsonObject) : undefined;
    if (method === "POST" && target === "/devices/")
      return ok(this.#register(header(request.headers, "Pantahub-Devices-Auto-Token-V1")));
    if (method === "POST" && target === "/auth/login") return this.#login(body ?? {});
    if (target.startsWith("/local-s3/")) return this.#blob(target, request);
    const token = header(request.headers, "Authorization")?.slice("Bearer ".length) ?? "";
    const account = this.valid.has(token) ? this.accounts.get(token.split(".")[1] ?? "") : undefined;
    if (account === undefined) return { status: 401, headers: [], body: json({ Error: "Not Authorized" }) };
    return this.#asDevice(account, method, target, body);
  }

  #register(token: string | undefined): JsonObject {
    const id = createHash("sha256").update(`device ${this.accounts.size}`).digest("hex").slice(0, 24);
    const owner = token !== undefined && this.claimedAtOnce ? "prn:pantahub.com:auth:/user1" : "";
    const account: Account = {
      id,
      prn: `prn:::devices:/${id}`,
      secret: `s${id}`,
      owner,
      userMeta: {},
      deviceMeta: {},
      steps: [],
      trail: false,
    };
    this.accounts.set(id, account);
    return {
      id,
      prn: account.prn,
      secret: account.secret,
      owner,
      ...(owner === "" ? { challenge: "firmly-good-fox" } : {}),
    };
  }

  #login(body: JsonObject): HttpReply {
    const account = [...this.accounts.values()].find(
      ({ prn, secret }) => prn === body["username"] && secret === body["password"],
    );
    if (account === undefined) return { status: 401, headers: [], body: json({ error: "x", code: 401 }) };
    const token = `t${++this.tokens}.${account.id}.${account.owner === "" ? "free" : "owned"}`;
    this.valid.add(token);
    return ok({ token });
  }

  async #blob(target: string, request: HttpRequest): Promise<HttpReply> {
    const blob = this.blobs.get(target.slice("/local-s3/".length));
    if (blob === undefined) return { status: 404, headers: [], body: EMPTY_BODY };
    const from = Number(/bytes=(\d+)-/.exec(header(request.headers, "Range") ?? "")?.[1] ?? 0);
    const range: HttpReply["headers"] =
      from > 0 ? [["Content-Range", `bytes ${from}-${blob.size - 1}/${blob.size}`]] : [];
    return { status: from > 0 ? 206 : 200, headers: range, body: { kind: "blob", blob, start: from, end: blob.size } };
  }

  #asDevice(account: Account, method: string, target: string, body: JsonObject | undefined): HttpReply {
    const device = `/devices/${account.id}`;
    if (method === "GET" && target === device) {
      return ok({
        id: account.id,
        owner: account.owner,
        ...(account.owner === "" ? { challenge: "firmly-good-fox" } : {}),
      });
    }
    if (method === "GET" && target === `${device}/user-meta`) return ok(account.userMeta);
    if (method === "PATCH" && target === `${device}/device-meta`) {
      for (const [key, value] of Object.entries(body ?? {})) {
        if (value === null) delete account.deviceMeta[key];
        else account.deviceMeta[key] = value;
      }
      return ok({ status: "ok" });
    }
    if (method === "POST" && target === `${device}/ownership/validate`) {
      return this.certificate === undefined ? failure(403) : ok({ status: "completed" });
    }
    if (method === "POST" && target === "/logs/") {
      this.logs.push(...(body as unknown as unknown[]));
      return ok({ status: "ok" });
    }
    if (method === "POST" && target === "/trails/") {
      if (account.trail) return failure(500);
      account.trail = true;
      return ok({ id: account.id });
    }
    if (method === "GET" && target === `/trails/${account.id}`)
      return account.trail ? ok({ id: account.id }) : failure(500);
    const step = /^\/trails\/[^/]+\/steps\/(\d+)(\/progress|\/objects)?$/.exec(target);
    return step === null ? failure(404) : this.#step(account, method, Number(step[1]), step[2], body);
  }

  #step(
    account: Account,
    method: string,
    rev: number,
    part: string | undefined,
    body: JsonObject | undefined,
  ): HttpReply {
    if (rev === 0 && method === "PUT" && account.trail) return ok(body ?? {});
    const step = account.steps[rev - 1];
    if (step === undefined) return failure(part === "/progress" ? 400 : 500);
    if (part === undefined)
      return ok({ rev, state: step.state, progress: step.progress, "commit-msg": `change ${rev}` });
    if (part === "/progress") {
      step.progress = body as unknown as Step["progress"];
      return ok(body ?? {});
    }
    return ok(
      step.objects.map((sha) => ({
        id: sha,
        sha256sum: sha,
        size: String(this.blobs.get(sha)?.size ?? 0),
        sizeint: this.blobs.get(sha)?.size ?? 0,
        objectname: `object ${sha.slice(0, 8)}`,
        "signed-geturl": `${this.base}/local-s3/${sha}`,
      })) as unknown as JsonObject,
    );
  }
}

const ok = (value: unknown): HttpReply => ({
  status: 200,
  headers: [["Content-Type", "application/json"]],
  body: json(value),
});
const failure = (status: number): HttpReply => ({
  status,
  headers: [],
  body: json({ error: "REST-ERR-ID-1", code: status }),
});

/** A family whose cloud is the scripted hub. */
export function scriptedFamily(hub: ScriptedHub): Family {
  return {
    name: "pantavisor",
    schemas: { cloud: Type.Object({}), device: pantavisorDeviceSchema, actions: {} },
    cloudKind: "pantahub",
    ports: { http: 7410 },
    operations: PANTAVISOR_OPERATIONS,
    phases: PANTAVISOR_PHASES,
    createCloud: (spec, world) => serveScripted(hub, spec, world),
    createDevice: (spec: DeviceSpec) => createPantavisorDevice(spec),
    act: () => Promise.reject(new Error("the scripted hub has no actions")),
  };
}

async function serveScripted(hub: ScriptedHub, spec: CloudSpec, world: World): Promise<Cloud> {
  const at = spec.listen["http"];
  if (at === undefined) throw new Error("no address to serve at");
  const listener = await world.network.serve(at, hub);
  const tls = { certificate: "certificate", key: "key", requestClient: true };
  const secure =
    at.kind === "tcp" && at.port !== 0
      ? await world.network.serve({ ...at, port: at.port + 1 }, hub, { tls })
      : undefined;
  const endpoint: Endpoint = { address: listener.address };
  if (listener.address.kind === "tcp") hub.base = `http://${listener.address.host}:${listener.address.port}`;
  return {
    endpoints:
      secure === undefined ? { http: endpoint } : { http: endpoint, https: { address: secure.address, tls: {} } },
    enrol: async () => ({ autoToken: "autotok==" }),
    belief: () => undefined,
    changed: () => [],
    changes: 0,
    close: () => listener.close(),
  };
}
