import type { Address, Channel, ChannelEnd, JsonObject, Network } from "@understudy/kernel";
import { type BusMessage, busMessage } from "../../wire/bus/bus-message.ts";
import { type BusFrame, busProtocol } from "../../wire/bus/bus-protocol.ts";
import { isRecord, member, textAt } from "../../wire/fields.ts";
import { linesOfBus } from "../lines/lines-of-bus.ts";
import { choiceOfLine } from "../lines/question-lines.ts";

/** Where an attached person reads. */
export interface AttachedScreen {
  line(text: string): void;
  /** The device has gone. Called once. */
  ended(reason: string): void;
}

interface OpenQuestion {
  readonly id: string;
  readonly choices: readonly string[];
}

/** Somebody who watches a device over its bus, and may answer it. */
export class Attached implements ChannelEnd<BusFrame> {
  readonly #screen: AttachedScreen;
  #channel: Channel<BusFrame> | undefined;
  #invitation: JsonObject = {};
  #question: OpenQuestion | undefined;

  private constructor(screen: AttachedScreen) {
    this.#screen = screen;
  }

  /** Connects to the bus at `at` as its renderer. Rejects with `NetworkError` when nobody listens there. */
  static async to(network: Network, at: Address, screen: AttachedScreen): Promise<Attached> {
    const attached = new Attached(screen);
    attached.#channel = await network.dial(at, busProtocol, attached);
    await attached.#send(busMessage("renderer", "core", "subsystem_init"));
    await attached.#send(busMessage("renderer", "core", "subsystem_ready"));
    return attached;
  }

  frame(_channel: Channel<BusFrame>, { message }: BusFrame): void {
    if (message === undefined) return;
    this.#remember(message);
    for (const line of linesOfBus(message, this.#invitation)) this.#screen.line(line);
  }

  closed(_channel: Channel<BusFrame>, reason: string): void {
    this.#screen.ended(reason);
  }

  /** A typed line: the answer to the open question, by its first letter. Anything else is passed over. */
  async typed(line: string): Promise<void> {
    const question = this.#question;
    const choice = question === undefined ? undefined : choiceOfLine(line, question.choices);
    if (question === undefined || choice === undefined) return;
    await this.#send(busMessage("renderer", "background_job", "user_response", { id: question.id, answer: choice }));
  }

  leave(): void {
    this.#channel?.close("left");
  }

  #remember({ type, data }: BusMessage): void {
    if (!isRecord(data)) return;
    if (type === "render_invite") this.#invitation = data as JsonObject; // read from JSON
    if (type !== "get_user_input") return;
    const choices = member(data, "choices");
    const id = textAt(data, "id");
    if (id !== undefined && Array.isArray(choices))
      this.#question = { id, choices: choices.filter((choice) => typeof choice === "string") };
  }

  #send(message: BusMessage): Promise<void> {
    return this.#channel?.send({ style: "frames", message }) ?? Promise.resolve();
  }
}
