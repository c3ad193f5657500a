/** Something that has deliveries to make. */
export interface Pumped {
  /** Makes one delivery. */
  step(): void;
}

/** Hands over frames in the order they became ready, in microtasks of their own: a sender's call never runs the receiver's code. */
export class ChannelPump {
  #ready: Pumped[] = [];
  #running = false;
  readonly #run = (): void => {
    for (let at = 0; at < this.#ready.length; at++) this.#ready[at]?.step();
    this.#ready = [];
    this.#running = false;
  };

  ready(channel: Pumped): void {
    this.#ready.push(channel);
    if (this.#running) return;
    this.#running = true;
    queueMicrotask(this.#run);
  }
}
