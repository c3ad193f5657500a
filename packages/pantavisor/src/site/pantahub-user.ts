import {
  type Clock,
  type Duration,
  type JsonObject,
  type JsonValue,
  minutes,
  seconds,
  UnderstudyError,
} from "@understudy/kernel";
import type { DeviceResource } from "../wire/pantahub/device-resource.ts";
import type { JoinTokenResource } from "../wire/pantahub/join-token-resource.ts";
import type { LogPage } from "../wire/pantahub/log-entry.ts";
import { isFinalStatus } from "../wire/pantahub/progress.ts";
import type { StepResource } from "../wire/pantahub/step-resource.ts";
import type { SummaryResource } from "../wire/pantahub/summary-resource.ts";
import { type ClientRequest, type JsonAnswer, type PantahubClient, PantahubError } from "./pantahub-client.ts";
import { type Revision, uploadObjects } from "./revision.ts";

/** An invitation of the fleet update protocol. */
export interface Invitation {
  readonly deployment: string;
  readonly release: string;
  readonly vendorRelease?: string;
  readonly earliestUpdate?: string;
  readonly latestUpdate?: string;
  /** Default false. */
  readonly mandatory?: boolean;
}

const FLEET_TOKEN = "fleet.update-proto.token";
const FLEET_SPEC = "fleet-update-proto@v1";

/**
 * A user of a Pantahub, over its public API. Logs in at the first request, and again when the token has run out. Methods
 * throw `PantahubError` when Pantahub says no.
 */
export class PantahubUser {
  readonly #client: PantahubClient;
  readonly #clock: Pick<Clock, "now" | "sleep">;
  readonly #name: string;
  readonly #password: string;
  #token: string | undefined;

  constructor(client: PantahubClient, clock: Pick<Clock, "now" | "sleep">, name: string, password: string) {
    this.#client = client;
    this.#clock = clock;
    this.#name = name;
    this.#password = password;
  }

  /** The JSON value of a 200 answer to a request with this user's token. */
  async ask(method: string, target: string, value?: unknown): Promise<JsonValue> {
    return (await this.exchange(method, target, value)).value;
  }

  /** The same with its status, which is 200 or one of `also`. */
  async exchange(method: string, target: string, value?: unknown, also: readonly number[] = []): Promise<JsonAnswer> {
    const fresh = this.#token === undefined;
    const request = async (): Promise<ClientRequest> => ({
      token: await this.token(),
      ...(value !== undefined && { value }),
    });
    try {
      return await this.#client.exchange(method, target, await request(), also);
    } catch (error) {
      if (fresh || !(error instanceof PantahubError) || error.status !== 401) throw error;
      this.#token = undefined;
      return this.#client.exchange(method, target, await request(), also);
    }
  }

  /** The user's bearer token. */
  async token(): Promise<string> {
    this.#token ??= await this.#client.login(this.#name, this.#password);
    return this.#token;
  }

  /** Creates a device owned by the user. Without a nick one is made up. The answer has the device's secret. */
  async createDevice(nick?: string): Promise<DeviceResource> {
    return (await this.ask("POST", "/devices/", nick === undefined ? {} : { nick })) as unknown as DeviceResource; // Pantahub's word.
  }

  /** A token with which any number of devices register as this user's. */
  async createJoinToken(
    options: { readonly nick?: string; readonly userMeta?: JsonObject } = {},
  ): Promise<JoinTokenResource> {
    const { nick, userMeta } = options;
    const value = {
      ...(nick !== undefined && { nick }),
      ...(userMeta !== undefined && { "default-user-meta": userMeta }),
    };
    return (await this.ask("POST", "/devices/tokens", value)) as unknown as JoinTokenResource; // Pantahub's word.
  }

  async devices(): Promise<readonly DeviceResource[]> {
    return (await this.ask("GET", "/devices/")) as unknown as readonly DeviceResource[]; // Pantahub's word.
  }

  /** By id or nick. */
  async device(name: string): Promise<DeviceResource> {
    return (await this.ask("GET", `/devices/${encodeURIComponent(name)}`)) as unknown as DeviceResource; // Pantahub's word.
  }

  async claim(deviceId: string, challenge: string): Promise<DeviceResource> {
    const target = `/devices/${deviceId}?challenge=${encodeURIComponent(challenge)}`;
    return (await this.ask("PUT", target)) as unknown as DeviceResource; // Pantahub's word.
  }

  /** Uploads what is missing of a revision's objects and posts it as the device's next step. */
  async publish(deviceId: string, revision: Revision): Promise<StepResource> {
    await uploadObjects(this.#client, revision, (sha, value) =>
      this.exchange("POST", "/objects/", { sha256sum: sha, ...value }, [409]),
    );
    const value = { rev: -1, "commit-msg": revision.message ?? "", state: revision.state };
    return (await this.ask("POST", `/trails/${deviceId}/steps`, value)) as unknown as StepResource; // Pantahub's word.
  }

  async step(deviceId: string, rev: number): Promise<StepResource> {
    return (await this.ask("GET", `/trails/${deviceId}/steps/${rev}`)) as unknown as StepResource; // Pantahub's word.
  }

  async summaries(): Promise<readonly SummaryResource[]> {
    return (await this.ask("GET", "/trails/summary")) as unknown as readonly SummaryResource[]; // Pantahub's word.
  }

  /** Adds to a device's user metadata; null takes a key's meaning away. */
  async setUserMeta(deviceId: string, patch: JsonObject): Promise<void> {
    await this.ask("PATCH", `/devices/${deviceId}/user-meta`, patch);
  }

  /** Asks a device, by the fleet update protocol, whether it wants an update. */
  async invite(deviceId: string, invitation: Invitation): Promise<void> {
    const token = { "#spec": FLEET_SPEC, spec: FLEET_SPEC, type: "INVITE", mandatory: false, ...invitation };
    await this.setUserMeta(deviceId, { [FLEET_TOKEN]: JSON.stringify(token) });
  }

  /** What a device has answered to an invitation; `undefined` before. */
  async answerOf(deviceId: string): Promise<JsonObject | undefined> {
    const answer = (await this.device(deviceId))["device-meta"][FLEET_TOKEN];
    return typeof answer === "object" && answer !== null && !Array.isArray(answer) ? (answer as JsonObject) : undefined;
  }

  /** A page of log lines; `query` as in the API, such as `dev`, `src`, `after`, `page`. */
  async logs(query: Readonly<Record<string, string>> = {}): Promise<LogPage> {
    const search = new URLSearchParams(query).toString();
    return (await this.ask("GET", `/logs/${search === "" ? "" : `?${search}`}`)) as unknown as LogPage; // Pantahub's word.
  }

  /**
   * Polls a step until it has one of the statuses. Throws when it ends with another one, or not within `within` (default 5
   * minutes). Asks every `every` (default half a second).
   */
  async waitForStatus(
    deviceId: string,
    rev: number,
    statuses: readonly string[] = ["DONE", "UPDATED"],
    options: { readonly within?: Duration; readonly every?: Duration } = {},
  ): Promise<StepResource> {
    const { within = minutes(5), every = seconds(0.5) } = options;
    const deadline = this.#clock.now() + within;
    for (;;) {
      const step = await this.step(deviceId, rev);
      const { status } = step.progress;
      if (statuses.includes(status)) return step;
      const details = { deviceId, rev, status, message: step.progress["status-msg"] };
      if (isFinalStatus(status))
        throw new UnderstudyError("step-ended", `Revision ${rev} of ${deviceId} ended ${status}.`, details);
      if (this.#clock.now() >= deadline)
        throw new UnderstudyError("step-late", `Revision ${rev} of ${deviceId} is still ${status}.`, details);
      await this.#clock.sleep(every);
    }
  }
}
