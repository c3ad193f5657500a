import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { NetworkError, RealTime, UnderstudyError, unix } from "@understudy/kernel";
import { runServer, SocketNetwork } from "@understudy/kernel/live";
import { Attached, BUS_SOCKET } from "@understudy/pantavisor";
import { LineScreen } from "../../terminal/line-screen.ts";
import { readLines } from "../../terminal/read-lines.ts";

/** A device that reboots is back within this time. */
const PATIENCE_MS = 30_000;
const BETWEEN_ATTEMPTS_MS = 250;

/** Shows what a running device does, and takes answers from the terminal. Resolves to the exit code when the device has ended. */
export function attachToMocker(storage: string): Promise<number> {
  return runServer(async (signal) => {
    const time = new RealTime();
    const network = new SocketNetwork(time);
    const watch = new Watch(network, resolve(storage, BUS_SOCKET), signal);
    const close = async (): Promise<void> => {
      watch.leave();
      await network[Symbol.asyncDispose]();
      time[Symbol.dispose]();
    };
    try {
      await watch.attach();
    } catch (error) {
      await close();
      if (!(error instanceof NetworkError)) throw error;
      const message = `No device runs on ${storage}; start it with \`pantavisor-mocker start -s ${storage}\`.`;
      throw new UnderstudyError("not-running", message, { storage }, { cause: error });
    }
    return { addresses: [], ended: watch.ended, close };
  });
}

/** Stays with a device through its reboots. */
class Watch {
  readonly #network: SocketNetwork;
  readonly #socket: string;
  readonly #signal: AbortSignal;
  readonly #screen = new LineScreen(process.stderr);
  readonly #end = Promise.withResolvers<number>();
  readonly #stopReading: () => void;
  #attached: Attached | undefined;

  constructor(network: SocketNetwork, socket: string, signal: AbortSignal) {
    this.#network = network;
    this.#socket = socket;
    this.#signal = signal;
    this.#stopReading = readLines(process.stdin, (line) => {
      this.#screen.typed();
      this.#attached?.typed(line).catch(() => undefined); // the device is just going
    });
  }

  get ended(): Promise<number> {
    return this.#end.promise;
  }

  async attach(): Promise<void> {
    this.#attached = await Attached.to(this.#network, unix(this.#socket), {
      line: this.#screen.line,
      ended: () => void this.#gone(),
    });
  }

  leave(): void {
    this.#stopReading();
    this.#attached?.leave();
  }

  async #gone(): Promise<void> {
    this.#attached = undefined;
    for (let waited = 0; waited < PATIENCE_MS && !this.#signal.aborted; waited += BETWEEN_ATTEMPTS_MS) {
      const back = await this.attach().then(
        () => true,
        () => false,
      );
      if (back) return;
      await sleep(BETWEEN_ATTEMPTS_MS);
    }
    this.#screen.line("[state] The device has ended.");
    this.#end.resolve(0);
  }
}
