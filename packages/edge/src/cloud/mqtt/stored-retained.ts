import { insert, remove, replace, type Store } from "@understudy/kernel";
import type { Payload, Qos } from "../../wire/mqtt/frame.ts";
import { asBuffer } from "../../wire/mqtt/payload.ts";
import { hasWildcard, matchesTopic } from "../../wire/mqtt/topic.ts";
import { type RetainedRow, retainedMessages } from "../tables/access-rows.ts";
import type { Message, Retained } from "./broker-host.ts";

/** Retained messages in the cloud's tables: they outlast the broker's power. */
export class StoredRetained implements Retained {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async get(topic: string): Promise<Message | undefined> {
    const row = await this.#store.get(retainedMessages, topic);
    return row === undefined ? undefined : messageOf(row);
  }

  async matching(filter: string): Promise<readonly Message[]> {
    if (!hasWildcard(filter)) throw new Error(`${filter} has no wildcard: get its one message`);
    const rows = await this.#store
      .find(retainedMessages, { where: [["topic", "prefix"]] })
      .all([filter.slice(0, filter.search(/[+#]/)).replace(/\/$/, "")]);
    return rows.filter(({ topic }) => matchesTopic(filter, topic)).map(messageOf);
  }

  async put({ topic, payload, qos }: Message): Promise<void> {
    const row: RetainedRow = { topic, qos, payload: keptForm(payload) };
    await this.#store.change(async () => {
      const before = await this.#store.get(retainedMessages, topic);
      const write = before === undefined ? insert(retainedMessages, row) : replace(retainedMessages, before, row);
      return { writes: [write], result: undefined };
    });
  }

  async remove(topic: string): Promise<void> {
    await this.#store.change(async () => {
      const before = await this.#store.get(retainedMessages, topic);
      return { writes: before === undefined ? [] : [remove(retainedMessages, before)], result: undefined };
    });
  }
}

const keptForm = (payload: Payload): RetainedRow["payload"] =>
  payload instanceof Uint8Array ? { base64: asBuffer(payload).toString("base64") } : payload;

function messageOf({ topic, qos, payload }: RetainedRow): Message {
  const bytes = "base64" in payload ? Buffer.from(payload.base64, "base64") : payload;
  return { topic, qos: qos as Qos, payload: bytes }; // Rows are written by put, from messages.
}
