/** Work that is done one after another, where all of it would change the same row. */
export class Lane {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when what came before has ended, well or badly. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    const next = this.#last.then(work, work);
    this.#last = next;
    return next;
  }
}
