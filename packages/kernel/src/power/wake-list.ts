import type { Ticket } from "../time/clock.ts";

/**
 * A stand-in's wake-ups by name. Nearly all have one or two, so the first lies in two fields and only further ones in a list
 * of name, ticket, name, ticket ….
 */
export class WakeList {
  #name: string | undefined;
  #ticket: Ticket | undefined;
  #more: (string | Ticket)[] | undefined;

  get(name: string): Ticket | undefined {
    if (this.#name === name) return this.#ticket;
    const at = this.#more?.indexOf(name) ?? -1;
    return at < 0 ? undefined : (this.#more?.[at + 1] as Ticket); // a ticket follows each name
  }

  /** The name must not be in the list. */
  add(name: string, ticket: Ticket): void {
    if (this.#name === undefined) {
      this.#name = name;
      this.#ticket = ticket;
    } else {
      this.#more ??= [];
      this.#more.push(name, ticket);
    }
  }

  /** Takes a name out; gives back its ticket. */
  take(name: string): Ticket | undefined {
    const ticket = this.get(name);
    if (ticket === undefined) return undefined;
    if (this.#name === name) this.#name = undefined;
    else this.#more?.splice(this.#more.indexOf(name), 2);
    return ticket;
  }

  *tickets(): Generator<Ticket> {
    if (this.#name !== undefined && this.#ticket !== undefined) yield this.#ticket;
    const more = this.#more ?? [];
    for (let at = 1; at < more.length; at += 2) yield more[at] as Ticket; // a ticket follows each name
  }
}
