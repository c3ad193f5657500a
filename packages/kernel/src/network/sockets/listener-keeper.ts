import type { Timekeeper } from "../../time/clock.ts";
import type { Issue, Listener } from "../network.ts";
import type { NetworkCounts } from "../network-options.ts";
import type { Dialler } from "./dialler.ts";
import type { HttpDates } from "./http1/http-dates.ts";
import type { LinkDirectory } from "./link-directory.ts";

/** What listeners and channels on sockets need of their network. */
export interface ListenerKeeper {
  readonly time: Timekeeper;
  readonly counts: NetworkCounts;
  readonly dates: HttpDates;
  readonly dialler: Dialler;
  readonly directory: LinkDirectory;
  /** Where certificates come from; absent: nobody issues any. */
  readonly issue?: Issue | undefined;
  entered(listener: Listener): void;
  left(listener: Listener): void;
  failed(error: unknown, where: string): void;
}
