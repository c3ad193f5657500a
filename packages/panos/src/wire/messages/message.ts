import type { XmlElement } from "../xml/tree.ts";
import type { Markup } from "../xml/write.ts";

/** One message as one unit: how it is read, written, and told in one line. `parse(render(m))` equals `m`. */
export interface Message<M> {
  /** Reads the content of a reply's `result`; `undefined` when it is something else. */
  parse(result: XmlElement): M | undefined;
  /** Writes the content of a reply's `result`. */
  render(message: M): Markup;
  describe(message: M): string;
}

/** Declares a message. */
export const message = <M>(definition: Message<M>): Message<M> => Object.freeze(definition);
