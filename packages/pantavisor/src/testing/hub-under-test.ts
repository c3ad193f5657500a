import {
  type Body,
  EMPTY_BODY,
  type Family,
  type Headers,
  type HttpReply,
  type JsonObject,
  json,
  MemoryStorage,
  readBytes,
  tcp,
  text,
  type World,
} from "@understudy/kernel";
import { TestSite } from "@understudy/kernel/testing";
import { createPantahub, type Pantahub } from "../cloud/pantahub.ts";

/** A family that has only the cloud. */
const cloudOnly: Family = {
  name: "pantahub-alone",
  schemas: { cloud: {}, device: {}, actions: {} },
  cloudKind: "pantahub",
  ports: { http: 80, https: 443 },
  operations: [],
  phases: [],
  createCloud: createPantahub,
  createDevice: () => {
    throw new Error("This family has no devices");
  },
  act: async () => ({}),
};

/** A request as a test writes it. */
export interface Ask {
  readonly token?: string;
  /** Sent as JSON by reference. */
  readonly value?: unknown;
  /** Sent as text. */
  readonly raw?: string;
  readonly body?: Body;
  readonly headers?: Headers;
  readonly via?: "http" | "https";
}

/** An answer as a test looks at it. */
export interface Told {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it would be on the wire. */
  readonly text: string;
  /** The body's JSON; `undefined` when it is none. */
  readonly json: unknown;
  readonly reply: HttpReply;
}

/** An answer's members; those that are texts wherever they appear can be used as such. */
export interface Answered extends Readonly<Record<string, unknown>> {
  readonly id: string;
  readonly prn: string;
  readonly secret: string;
  readonly challenge: string;
  readonly token: string;
}

/** A Pantahub in virtual time, asked by an operator over the in-process network. */
export class HubUnderTest implements AsyncDisposable {
  readonly site: TestSite;
  readonly #world: World;

  private constructor(site: TestSite, world: World) {
    this.site = site;
    this.#world = world;
  }

  static async open(options: JsonObject = {}, seed = 1): Promise<HubUnderTest> {
    const site = await TestSite.open({ seed });
    await site.addCloud(cloudOnly, options);
    const world = await site.cell.power.operator(
      "tester",
      new MemoryStorage({ now: () => site.cell.ground.time.now() }),
    );
    return new HubUnderTest(site, world);
  }

  get cloud(): Pantahub {
    return this.site.cell.cloud("pantahub") as Pantahub; // It is the only family here.
  }

  /** The answer with its body read as text. */
  async ask(method: string, target: string, ask: Ask = {}): Promise<Told> {
    const reply = await this.raw(method, target, ask);
    const words = Buffer.from(await readBytes(reply.body)).toString();
    return { status: reply.status, headers: reply.headers, text: words, json: parsed(words), reply };
  }

  /** The answer as it comes from the network. */
  async raw(method: string, target: string, ask: Ask = {}): Promise<HttpReply> {
    const { token, value, raw, headers = [], via = "http" } = ask;
    const body = ask.body ?? (raw !== undefined ? text(raw) : value !== undefined ? json(value) : EMPTY_BODY);
    const sent: Headers = [
      ["Host", "pantahub"],
      ["User-Agent", "test/1"],
      ...(token === undefined ? [] : [["Authorization", `Bearer ${token}`] as const]),
      ...headers,
    ];
    const at = tcp("pantahub", via === "http" ? 80 : 443);
    const options = via === "https" ? { tls: {} } : {};
    const message = { method, target, version: "1.1", headers: sent, body } as const;
    return this.#world.network.request(at, message, options);
  }

  /** The JSON of a 200 answer. */
  async get(method: string, target: string, ask: Ask = {}): Promise<Answered> {
    const told = await this.ask(method, target, ask);
    if (told.status !== 200) throw new Error(`${method} ${target}: ${told.status} ${told.text}`);
    return told.json as Answered; // Tests say what they expect.
  }

  async login(username = "user1", password = username): Promise<string> {
    return String((await this.get("POST", "/auth/login", { value: { username, password } })).token);
  }

  /** A device of a user, logged in. */
  async device(
    owner = "user1",
  ): Promise<{ readonly id: string; readonly token: string; readonly secret: string; readonly prn: string }> {
    const made = await this.get("POST", "/devices/", { token: await this.login(owner), value: {} });
    const prn = String(made.prn);
    const secret = String(made.secret);
    return { id: String(made.id), prn, secret, token: await this.login(prn, secret) };
  }

  /** The same with a trail whose factory state is empty but for its `#spec`. */
  async deviceWithTrail(owner = "user1") {
    const device = await this.device(owner);
    await this.get("POST", "/trails/", { token: device.token, value: { "#spec": "pantavisor-service-system@1" } });
    return device;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.site[Symbol.asyncDispose]();
  }
}

function parsed(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch {
    return undefined;
  }
}
