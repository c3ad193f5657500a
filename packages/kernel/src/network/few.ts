/** A set that is mostly empty or has one member, and then costs nothing besides itself. */
export class Few<T extends object> {
  #one: T | undefined;
  #more: Set<T> | undefined;

  add(member: T): void {
    if (this.#more !== undefined) this.#more.add(member);
    else if (this.#one === undefined || this.#one === member) this.#one = member;
    else {
      this.#more = new Set([this.#one, member]);
      this.#one = undefined;
    }
  }

  delete(member: T): void {
    if (this.#one === member) this.#one = undefined;
    else if (this.#more?.delete(member) === true && this.#more.size === 1) {
      for (const last of this.#more) this.#one = last;
      this.#more = undefined;
    }
  }

  get size(): number {
    return this.#more?.size ?? (this.#one === undefined ? 0 : 1);
  }

  /** All members, taken out, in the order they came. */
  drain(): readonly T[] {
    const members = this.#more !== undefined ? [...this.#more] : this.#one !== undefined ? [this.#one] : [];
    this.#one = undefined;
    this.#more = undefined;
    return members;
  }
}
