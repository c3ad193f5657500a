import { EventTextReader, type TextEvent } from "./event-text.ts";
import type {
  Action,
  ActionResult,
  ApiError,
  DeviceDetails,
  DevicePage,
  DeviceQuery,
  DeviceSummary,
  EventGap,
  EventQuery,
  Families,
  FaultRuleBody,
  Faults,
  Health,
  LabTime,
  Ledger,
  PageQuery,
  PowerChange,
  Questions,
  StreamedEvent,
} from "./shapes.ts";

// Browser code reads this file: it imports nothing of Node.

/** The lab refused: `status`, and the error as it said it. */
export class LabApiError extends Error {
  override readonly name = "LabApiError";
  readonly status: number;
  readonly details: ApiError;

  constructor(status: number, details: ApiError) {
    super(details.message);
    this.status = status;
    this.details = details;
  }
}

/** As the platform's `fetch`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

// oxlint-disable-next-line no-restricted-globals -- outside the lab, in a browser or a script, there is no World.
const platformFetch: Fetch = (url, init) => fetch(url, init);

export interface LabClientOptions {
  /** Such as `http://127.0.0.1:7400`; in the lab's own page an empty text. */
  readonly url: string;
  readonly token?: string;
  /** Default: the platform's. */
  readonly fetch?: Fetch;
}

/** What comes on the event stream: an event, or word that some are no longer kept. */
export type StreamItem =
  | { readonly kind: "event"; readonly event: StreamedEvent }
  | { readonly kind: "gap"; readonly gap: EventGap };

/** The lab API, typed. Methods reject with {@link LabApiError} when the lab refuses, and with `fetch`'s error when it is not there. */
export class LabClient {
  readonly #url: string;
  readonly #token: string | undefined;
  readonly #fetch: Fetch;

  constructor(options: LabClientOptions) {
    this.#url = options.url.replace(/\/$/, "");
    this.#token = options.token;
    this.#fetch = options.fetch ?? platformFetch;
  }

  /** Also when the lab is not well (503). */
  async health(): Promise<Health> {
    const response = await this.#send("GET", "/health");
    if (response.ok || response.status === 503) return (await response.json()) as Health;
    throw await refusalOf(response);
  }

  families(): Promise<Families> {
    return this.#get("/families");
  }

  /** One page; `next` of the reply is `after` of the next one. */
  devices(query: DeviceQuery = {}): Promise<DevicePage> {
    return this.#get("/devices", query);
  }

  /** All devices that fit, page after page. */
  async *allDevices(query: Omit<DeviceQuery, "after"> = {}): AsyncGenerator<DeviceSummary> {
    let after: string | undefined;
    do {
      const page = await this.devices({ ...query, ...(after !== undefined && { after }) });
      yield* page.devices;
      after = page.next;
    } while (after !== undefined);
  }

  device(id: string): Promise<DeviceDetails> {
    return this.#get(`/devices/${encodeURIComponent(id)}`);
  }

  questions(query: PageQuery = {}): Promise<Questions> {
    return this.#get("/questions", query);
  }

  ledger(query: PageQuery = {}): Promise<Ledger> {
    return this.#get("/ledger", query);
  }

  answer(device: string, question: string, choice: string): Promise<DeviceDetails> {
    return this.#post(`/devices/${encodeURIComponent(device)}/answer`, { question, choice });
  }

  power(device: string, power: PowerChange["power"]): Promise<DeviceDetails> {
    return this.#post(`/devices/${encodeURIComponent(device)}/power`, { power });
  }

  /** Makes a device what a tester wants it to be; see `force` of {@link LabClient.families}. */
  force(device: string, wanted: object): Promise<DeviceDetails> {
    return this.#post(`/devices/${encodeURIComponent(device)}/force`, wanted);
  }

  /** Puts the lab's time forward by a duration such as `90s`; resolves when the lab has arrived. */
  advance(by: string): Promise<LabTime> {
    return this.#post("/time/advance", { by });
  }

  faults(): Promise<Faults> {
    return this.#get("/faults");
  }

  /** Adds a rule to the fault book; all rules come back. */
  addFault(rule: FaultRuleBody): Promise<Faults> {
    return this.#post("/faults", rule);
  }

  /** Carries out a family's action for the given devices, or for all of the family. */
  act(family: string, action: string, body: Action = {}): Promise<ActionResult> {
    return this.#post(`/actions/${encodeURIComponent(family)}/${encodeURIComponent(action)}`, body);
  }

  /**
   * Events as they happen, until the connection ends or `signal` aborts (both end the iteration). Go on with `since` = the last
   * event's `n`.
   */
  async *events(query: EventQuery = {}, signal?: AbortSignal): AsyncGenerator<StreamItem> {
    const response = await this.#send("GET", `/events${queryText(query)}`, undefined, signal);
    if (!response.ok) throw await refusalOf(response);
    if (response.body === null) return;
    const reader = new EventTextReader();
    try {
      for await (const piece of piecesOf(response.body)) {
        for (const event of reader.push(piece)) yield itemOf(event);
      }
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  }

  async #get<Reply>(path: string, query: object = {}): Promise<Reply> {
    return this.#read(await this.#send("GET", `${path}${queryText(query)}`));
  }

  async #post<Reply>(path: string, body: object): Promise<Reply> {
    return this.#read(await this.#send("POST", path, body));
  }

  async #read<Reply>(response: Response): Promise<Reply> {
    if (!response.ok) throw await refusalOf(response);
    return (await response.json()) as Reply; // The server is ours, and its shapes are tested.
  }

  #send(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Response> {
    const headers: Record<string, string> = {};
    if (this.#token !== undefined) headers.Authorization = `Bearer ${this.#token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    return this.#fetch(`${this.#url}${path}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    });
  }
}

function queryText(query: object): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) search.append(name, String(value));
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

/** A refusal that is not the lab's own (a proxy's page) is told by its status. */
async function refusalOf(response: Response): Promise<LabApiError> {
  const text = await response.text();
  try {
    const error: unknown = JSON.parse(text);
    if (isApiError(error)) return new LabApiError(response.status, error);
  } catch {
    // No JSON: told below.
  }
  return new LabApiError(response.status, {
    error: "not-the-lab",
    message: `HTTP ${response.status} without the lab's words.`,
  });
}

function isApiError(value: unknown): value is ApiError {
  return typeof value === "object" && value !== null && "error" in value && "message" in value;
}

function itemOf({ event, data }: TextEvent): StreamItem {
  const value: unknown = JSON.parse(data);
  return event === "gap" ? { kind: "gap", gap: value as EventGap } : { kind: "event", event: value as StreamedEvent }; // As above.
}

/** A reader instead of `for await`: not all browsers iterate over streams. */
async function* piecesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
