import type { EventRecorder, Logger } from "@understudy/kernel";
import type { ScenarioOverrides } from "./scenario/scenario.ts";

/** How a Panorama is started by {@link startPanorama}. */
export interface PanoramaOptions extends ScenarioOverrides {
  /** Text of a scenario file; default: the built-in `basic` scenario, three firewalls and no failures. */
  readonly scenario?: string;
  /** Name of that file, for error messages. */
  readonly file?: string;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: a free one. */
  readonly port?: number;
  /** Absent: no HTTPS, but for firewalls whose `listen` says so. 0: a free one. */
  readonly tlsPort?: number;
  /** Panorama's own certificate, PEM; default: a local authority issues one, as it does for each firewall. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly ca: string };
  /** A SQLite file where the state is kept, with folders for firewalls and certificates beside it; default: nothing outlasts the process. */
  readonly db?: string;
  /** URL of a database for Panorama's tables, instead of the file. */
  readonly database?: string;
  /** Requests per second and remote address at Panorama; default: no limit. */
  readonly rateLimit?: number;
  /** What all chance comes from. Default 1. */
  readonly seed?: number | string;
  /** How many times faster than the clock everything runs. Default 1. */
  readonly scale?: number;
  /** Told of every event. */
  readonly events?: EventRecorder;
  readonly logFor?: (id: string) => Logger;
}
