interface Contact {
  at: number;
  remote: string;
}

/** When and from where devices were last heard of. Not stored: what a device reports is, with its time and address. */
export class Contacts {
  readonly #contacts = new Map<string, Contact>();

  note(device: string, nowMs: number, remote: string): void {
    const known = this.#contacts.get(device);
    if (known === undefined) this.#contacts.set(device, { at: nowMs, remote });
    else {
      known.at = nowMs;
      known.remote = remote;
    }
  }

  of(device: string): Readonly<Contact> | undefined {
    return this.#contacts.get(device);
  }

  forget(device: string): void {
    this.#contacts.delete(device);
  }
}
