/** One event of a `text/event-stream`, as browsers read it. */
export interface TextEvent {
  /** `message` unless the stream names another. */
  readonly event: string;
  readonly data: string;
  /** The last id seen so far; empty when none was. */
  readonly id: string;
}

/** Longest line that is kept; a longer one ends the stream. */
const MAX_LINE = 16 * 1024 * 1024;

/** Reads a `text/event-stream` piece by piece. Comments and events without data give nothing; what is cut off at the end is dropped. */
export class EventTextReader {
  readonly #decoder = new TextDecoder();
  #rest = "";
  #id = "";
  #event = "";
  #data: string[] = [];

  /** The last id seen, also of events without data: where to resume. */
  get lastId(): string {
    return this.#id;
  }

  /** The events that this piece completes. Throws when a line is too long to be one. */
  push(piece: Uint8Array): readonly TextEvent[] {
    this.#rest += this.#decoder.decode(piece, { stream: true });
    const lines = this.#rest.split("\n");
    this.#rest = lines.pop() ?? "";
    if (this.#rest.length > MAX_LINE)
      throw new Error(`A line of the event stream is longer than ${MAX_LINE} characters.`);
    return lines.flatMap((line) => this.#line(line.endsWith("\r") ? line.slice(0, -1) : line));
  }

  #line(line: string): readonly TextEvent[] {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + (line[colon + 1] === " " ? 2 : 1));
    if (field === "data") this.#data.push(value);
    else if (field === "event") this.#event = value;
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return [];
  }

  #dispatch(): readonly TextEvent[] {
    const data = this.#data;
    const event = this.#event === "" ? "message" : this.#event;
    this.#data = [];
    this.#event = "";
    return data.length === 0 ? [] : [{ event, data: data.join("\n"), id: this.#id }];
  }
}
