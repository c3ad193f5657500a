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
  /** Absent: no HTTPS. 0: a free one. Needs `tls`. */
  readonly tlsPort?: number;
  /** PEM. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly ca: string };
  /** Makes a certificate of its own for each firewall that listens with TLS; absent: none does. */
  readonly issue?: (names: readonly string[]) => Promise<{ readonly certificate: string; readonly key: string }>;
  /** A SQLite file where the state is kept; default: nothing outlasts the process. */
  readonly db?: string;
  /** URL of a database for Panorama's tables, instead of the file. */
  readonly database?: string;
  /** How many firewalls get listeners of their own. Default 500; those with `listen` always do. */
  readonly direct?: number;
  /** What all chance comes from. Default 1. */
  readonly seed?: number | string;
  /** How many times faster than the clock everything runs. Default 1. */
  readonly scale?: number;
  /** Told of every event. */
  readonly events?: EventRecorder;
  readonly logFor?: (id: string) => Logger;
}
