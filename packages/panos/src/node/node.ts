import type { Duration, Fault, Instant, RandomStream, World } from "@understudy/kernel";
import type { Answer } from "../wire/api/answer.ts";
import type { Command } from "../wire/api/command.ts";
import type { XmlElement } from "../wire/xml/tree.ts";
import type { ConfigEngine } from "./config/config-engine.ts";
import type { NodeFiles } from "./files/node-files.ts";
import type { Decision } from "./kept.ts";
import type { LogBook } from "./logs/log-book.ts";
import type { NewLog } from "./logs/log-entry.ts";
import type { NodeProfile } from "./profile.ts";
import type { Settings } from "./settings.ts";
import type { NodeState } from "./state.ts";
import type { Span } from "./timing.ts";

/** Who calls. */
export interface Caller {
  readonly admin: string;
  /** Directly at the node's own listener, or through Panorama. */
  readonly by: "direct" | "panorama";
  readonly remote: string;
  /** `vsys` of the call; default `vsys1` where it matters. */
  readonly vsys?: string;
  /** Panorama's own order that the call is part of: it wants to know what becomes of the job. */
  readonly order?: string;
}

/** The order of a caller, as a task keeps it. */
export const orderOf = ({ order }: Caller): { readonly order?: string } => (order === undefined ? {} : { order });

/** A node of PAN-OS as behaviours see it: a firewall or a Panorama. */
export interface PanosNode {
  readonly world: World;
  readonly profile: NodeProfile;
  readonly settings: Settings;
  /** As it is stored. */
  readonly state: NodeState;
  /** Release of the Panorama that manages it, as far as it knows. */
  readonly managerVersion?: string | undefined;
  now(): Instant;
  /** Changes the node; resolves once the change would survive a power cut. Jobs are advanced with every change. */
  change<R>(decide: (node: NodeState, now: Instant) => Decision<NodeState, R>): Promise<R>;
  /** Asks the fault book. Call once per attempt. */
  strike(operation: string): Fault | undefined;
  /** Which part of what its data plane can carry (0 … 1) it carried at a time; 0 before its boot. */
  loadAt(at: Instant): number;
  /** Sessions set up since a time after its boot; none where there is no data plane. */
  sessionsSince(at: Instant): number;
  /** Draws how long something takes. */
  draw(span: Span): Duration;
  stream(name: string): RandomStream;
}

/** A node that can be configured. All nodes can; this is what those see of it who configure. */
export interface ConfiguredNode extends PanosNode {
  readonly config: ConfigEngine;
  /** What Panorama pushed, as a tree below `config/panorama`; absent on Panorama and on firewalls it never pushed to. */
  readonly pushed?: XmlElement;
  /**
   * The running configuration, on firewalls with the values of the template that Panorama pushed. `undefined` while nobody has
   * configured the node: no tree is made for that.
   */
  readonly effective: XmlElement | undefined;
  /** Whether it takes changes of its configuration: of two Panoramas only the active one does. */
  readonly takesChanges: boolean;
}

/** A node that keeps logs and files of its own. All nodes do. */
export interface RecordingNode extends ConfiguredNode {
  readonly files: NodeFiles;
  readonly logs: LogBook;
  /** Writes down what happened; never fails for want of space. */
  note(logs: readonly NewLog[]): Promise<void>;
}

/** What a node does when it is given one operational command. The first behaviour of a table that has the path wins. */
export interface Behavior<N> {
  /** Words of the command, such as `show.system.info`. */
  readonly on: string;
  readonly handle: (node: N, command: Command, caller: Caller) => Answer | Promise<Answer>;
}
