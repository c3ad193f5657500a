/** Most strings kept. */
const MAX_NAMES = 65_536;

/** One string for equal strings. When full, strings are given back as they are, and counted. */
export class PathNames {
  readonly #names = new Map<string, string>();
  #refused = 0;

  /** To be handed around as a function. */
  readonly intern = (name: string): string => {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    if (this.#names.size >= MAX_NAMES) {
      this.#refused++;
      return name;
    }
    this.#names.set(name, name);
    return name;
  };

  /** How many strings were not kept because the table was full. */
  get refused(): number {
    return this.#refused;
  }
}
