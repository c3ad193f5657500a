/** Lets pieces of work run one after another, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work, work);
    this.#last = result.catch(ignore);
    return result;
  }
}

/** The error is the caller's who waits for the work. */
const ignore = (): void => {};
