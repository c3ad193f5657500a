/** What a storage must do, in the simplest words: two maps, of what is and of what was synced. Folders are prefixes of paths. */
export class StorageModel {
  current = new Map<string, string>();
  synced = new Map<string, string>();
  #moved = new Map<string, string>();

  /** The error code, if the change is refused. */
  write(path: string, content: string): string | undefined {
    if (!this.#isFree(path)) return "bad-path";
    this.current.set(path, content);
    this.#moved.delete(path);
    return undefined;
  }

  append(path: string, content: string): string | undefined {
    return this.write(path, (this.current.get(path) ?? "") + content);
  }

  receive(path: string, from: number, content: string): string | undefined {
    const before = this.current.get(path) ?? "";
    return from > before.length ? "mismatch" : this.write(path, before.slice(0, from) + content);
  }

  remove(path: string): undefined {
    for (const file of this.#at(path)) {
      this.current.delete(file);
      this.#moved.delete(file);
    }
  }

  rename(from: string, to: string): string | undefined {
    const files = this.#at(from);
    if (files.length === 0) return "missing";
    if (from === to) return undefined;
    if (to.startsWith(`${from}/`) || !this.#isFree(to)) return "bad-path";
    if (!this.current.has(from) && this.current.has(to)) return "bad-path";
    for (const file of files) {
      const destination = to + file.slice(from.length);
      this.current.set(destination, this.current.get(file) ?? "");
      this.#moved.delete(destination);
      this.current.delete(file);
      this.#moved.set(file, destination);
    }
    return undefined;
  }

  sync(): undefined {
    this.synced = new Map(this.current);
    this.#moved.clear();
  }

  cut(keep: (path: string) => boolean): undefined {
    const changed = [...new Set([...this.current.keys(), ...this.synced.keys()])].filter(
      (path) => this.current.get(path) !== this.synced.get(path),
    );
    const kept = changed.filter((path) => keep(this.#fate(path)));
    const after = new Map(this.synced);
    for (const path of kept) if (!this.current.has(path)) after.delete(path);
    const standing = [...after.keys()];
    for (const path of kept) {
      const content = this.current.get(path);
      if (content === undefined) continue;
      if (!standing.some((other) => contains(other, path) || contains(path, other))) after.set(path, content);
    }
    this.current = after;
    this.sync();
  }

  #fate(path: string): string {
    const next = this.#moved.get(path);
    return next === undefined ? path : this.#fate(next);
  }

  #at(path: string): string[] {
    return this.current.has(path) ? [path] : [...this.current.keys()].filter((file) => contains(path, file));
  }

  #isFree(path: string): boolean {
    return (
      this.current.has(path) || ![...this.current.keys()].some((file) => contains(file, path) || contains(path, file))
    );
  }
}

const contains = (folder: string, path: string): boolean => path.startsWith(`${folder}/`);
