import {
  type Headers,
  type HttpAnswer,
  type HttpHandler,
  header,
  type JsonObject,
  jsonReply,
  type ReceivedRequest,
  readJson,
  tcp,
} from "@understudy/kernel";
import { TestSite } from "@understudy/kernel/testing";
import type { EdgeAgent } from "../src/device/edge-agent.ts";
import { edge } from "../src/index.ts";

/** What a scripted cloud answers to a request: a status, or a whole answer. */
export type Reply = number | HttpAnswer;

export interface SeenRequest {
  readonly line: string;
  readonly headers: Headers;
  readonly body: JsonObject;
  readonly at: number;
}

/** A cloud made of answers: what a test does not script is 404. */
export class ScriptedCloud implements HttpHandler {
  readonly seen: SeenRequest[] = [];
  readonly #site: TestSite;
  readonly #script = new Map<string, Reply[]>();

  constructor(site: TestSite) {
    this.#site = site;
  }

  /** Answers to a request line such as `POST /api/x`, one after another; the last one stays. */
  on(line: string, ...replies: readonly Reply[]): this {
    this.#script.set(line, [...replies]);
    return this;
  }

  /** How often a line was asked for. */
  count(line: string): number {
    return this.seen.filter((request) => request.line === line).length;
  }

  async handle(request: ReceivedRequest): Promise<HttpAnswer> {
    const line = `${request.method} ${request.target}`;
    const body = request.body.kind === "empty" ? {} : ((await readJson(request.body)) as JsonObject);
    this.seen.push({ line, headers: request.headers, body, at: this.#site.cell.ground.time.now() });
    const replies = this.#script.get(line) ?? [404];
    const reply = (replies.length > 1 ? replies.shift() : replies[0]) ?? 404;
    return typeof reply === "number"
      ? jsonReply(reply < 300 ? { status: "ok" } : { error: "scripted", message: "no" }, reply)
      : reply;
  }
}

export const UUID = "11111111-2222-4333-8444-555555555555";
export const REGISTER = "POST /api/provisioning/v2/register";
export const EXCHANGE = `POST /api/provisioning/v2/${UUID}/key-exchange`;
export const STATE = `GET /api/v1/device/${UUID}/state`;
export const REPORT = "PATCH /api/v1/device/state";

export const REGISTERED = jsonReply({
  id: 42,
  mqtt: { username: `device_${UUID}`, password: "secret", broker: "mqtt://broker:1883" },
});

export const bearerOf = (request: SeenRequest | undefined): string | undefined =>
  request === undefined ? undefined : header(request.headers, "Authorization");

/** A site with a scripted cloud and a device of it that is still off; options in `without` are not given. */
export async function scriptedSite(
  options: JsonObject = {},
  without: readonly string[] = [],
): Promise<{ site: TestSite; cloud: ScriptedCloud; device: EdgeAgent }> {
  const site = await TestSite.open({ seed: 3 });
  const cloud = new ScriptedCloud(site);
  await site.cell.ground.network.serve(tcp("cloud", 80), cloud);
  const all = { uuid: UUID, cloudApiEndpoint: "http://cloud", provisioningApiKey: "fleet-key", ...options };
  const own = Object.fromEntries(Object.entries(all).filter(([name]) => !without.includes(name)));
  const device = await site.cell.addDevice(edge, { id: "edge-0", index: 0, options: own });
  return { site, cloud, device: device as EdgeAgent };
}
