import type { TSchema } from "typebox";
import type { JsonObject } from "../events/event.ts";
import type { Address } from "../network/address.ts";
import type { HttpHandler } from "../network/http.ts";
import type { ClientTls } from "../network/network.ts";
import type { Device, DeviceState, WakeUp } from "../power/device.ts";
import type { World } from "../power/world.ts";

/** Where one of a cloud's services is, as its devices reach it. */
export interface Endpoint {
  readonly address: Address;
  /** Present = TLS. */
  readonly tls?: ClientTls;
}

/** What a device is told of its cloud: `endpoints` by the family's own names (`http`, `https`, `mqtt` …). */
export interface CloudLink {
  readonly name: string;
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  /** What the cloud's `enrol` gave for this device, such as a join token. */
  readonly enrolment: JsonObject;
}

export interface CloudSpec {
  /** Unique in the lab, such as `pantahub` or `east`; also the cloud's stand-in id. */
  readonly name: string;
  /** The lab file's entry, valid by the family's cloud schema. */
  readonly options: JsonObject;
  /** Where to serve, by the family's own endpoint names. */
  readonly listen: Readonly<Record<string, Address>>;
  /** PEM certificate and key for TLS endpoints; absent in virtual time. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly ca: string };
  /** Host names to put into URLs, first one preferred; default: the listener's host. */
  readonly publicNames?: readonly string[];
}

export interface DeviceSpec {
  readonly id: string;
  /** Place in its fleet, from 0. */
  readonly index: number;
  /** The lab file's entry for this device, valid by the family's device schema. */
  readonly options: JsonObject;
  /** Absent: the device talks to a cloud that its own options name. */
  readonly cloud?: CloudLink;
}

/** What a cloud believes of a device: the same keys as in the device's `state()`, as far as the cloud can know them. */
export type Belief = JsonObject;

/** A cloud that runs. It serves its endpoints and reads its tables at creation. */
export interface Cloud {
  readonly endpoints: Readonly<Record<string, Endpoint>>;
  /** Makes the cloud expect a device (claim, join token, serial …): what the device needs goes into its link's `enrolment`. */
  enrol(device: Omit<DeviceSpec, "cloud">): Promise<JsonObject>;
  belief(deviceId: string): Belief | undefined;
  /** Ids whose belief changed after change number `since`. */
  changed(since: number): Iterable<string>;
  /** What it tells testers beside its public API, without a key: jobs, calls … The lab API shows it below `/clouds/NAME/`. */
  readonly management?: HttpHandler;
  /** Number of the newest change. */
  readonly changes: number;
  wake?(why: WakeUp): Promise<void> | void;
  close(): Promise<void>;
}

/** What an action works on. `world` is an operator's: it acts over the cloud's public API like any user. */
export interface Site {
  readonly family: Family;
  readonly cloud: Cloud;
  readonly cloudSpec: CloudSpec;
  readonly link: CloudLink;
  /** The devices the action is for. */
  readonly devices: readonly string[];
  readonly world: World;
}

export interface Phase {
  readonly name: string;
  readonly tone: "idle" | "busy" | "waiting" | "good" | "bad" | "off";
}

/** What floor 3 knows of floor 2. A new family is a package that exports one of these; nothing else changes. */
export interface Family {
  /** `pantavisor`, `panos`, `edge` or yours. */
  readonly name: string;
  /** For the lab file. */
  readonly schemas: {
    readonly cloud: TSchema;
    readonly device: TSchema;
    readonly actions: Readonly<Record<string, TSchema>>;
    /** What a tester may force a device to be; absent: nothing. */
    readonly force?: TSchema;
  };
  /** Kind of cloud in the lab file's `clouds`, such as `pantahub`. */
  readonly cloudKind: string;
  /** Endpoint names of its cloud with their default ports. */
  readonly ports: Readonly<Record<string, number>>;
  /** Endpoints that are served only where there is a certificate, with their default ports. */
  readonly tlsPorts?: Readonly<Record<string, number>>;
  /**
   * Its channels speak a protocol of its own that nobody else dials: a live lab keeps those between its stand-ins in the process, so that
   * thousands of devices need no sockets.
   */
  readonly ownChannels?: boolean;
  /** The cloud answers `/health` or `/metrics` itself; else the house answers them on the cloud's ports. */
  readonly ownPaths?: readonly ("/health" | "/metrics")[];
  /** Where faults may strike. */
  readonly operations: readonly string[];
  readonly phases: readonly Phase[];
  /** A device that is on has come to rest after its start: a live lab is ready when all have. Absent: all have at once. */
  readonly isSettled?: (state: DeviceState) => boolean;
  /** Ids of devices that must lie in one cell with each other, such as HA pairs; absent: every device by itself. */
  readonly together?: (options: readonly JsonObject[]) => readonly (readonly number[])[];
  createCloud(spec: CloudSpec, world: World): Promise<Cloud>;
  /** No I/O; the kernel's `Power` owns it. */
  createDevice(spec: DeviceSpec): Device;
  /** publish, claim, push … Returns what a user would want to see. */
  act(site: Site, action: string, args: JsonObject): Promise<JsonObject>;
}
