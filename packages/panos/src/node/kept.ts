/** What a decision comes to: the next state (the same one = nothing to store) and what its caller gets. */
export interface Decision<S, R> {
  readonly state: S;
  readonly result: R;
}

/**
 * A value that is stored before anybody sees it. Changes are made one after another; a change that cannot be stored
 * rejects and is as if it had not been asked for.
 */
export class Kept<S> {
  readonly #save: (state: S) => Promise<void>;
  readonly #changed: (before: S, after: S) => void;
  #state: S;
  #last: Promise<void> | undefined;

  /** `save` must resolve only when the state would survive a power cut; `changed` is called right after that. */
  constructor(state: S, save: (state: S) => Promise<void>, changed: (before: S, after: S) => void) {
    this.#state = state;
    this.#save = save;
    this.#changed = changed;
  }

  /** What is stored. */
  get state(): S {
    return this.#state;
  }

  /** Decides on the newest state, stores the outcome, and resolves to the decision's result. */
  change<R>(decide: (state: S) => Decision<S, R>): Promise<R> {
    const before = this.#last;
    const work = before === undefined ? this.#run(decide) : before.then(() => this.#run(decide));
    const settled: Promise<void> = work.then(ignore, ignore).then(() => {
      if (this.#last === settled) this.#last = undefined;
    });
    this.#last = settled;
    return work;
  }

  async #run<R>(decide: (state: S) => Decision<S, R>): Promise<R> {
    const before = this.#state;
    const { state, result } = decide(before);
    if (state !== before) {
      await this.#save(state);
      this.#state = state;
      this.#changed(before, state);
    }
    return result;
  }
}

const ignore = (): void => undefined;
