import { compileShape } from "@understudy/kernel";
import { type Static, Type } from "typebox";
import type { CallSummary } from "../api/call-summary.ts";
import { jsonFrames } from "./json-frames.ts";

const text = Type.String({ maxLength: 4096 });

const factsShape = Type.Object({
  serial: text,
  hostname: text,
  /** As the scenario writes it. */
  ipAddress: text,
  macAddress: text,
  model: text,
  version: text,
  staged: Type.Optional(text),
  appVersion: text,
  phase: text,
  ready: Type.Boolean(),
  bootedAt: Type.Number(),
  lastReboot: Type.Optional(Type.Number()),
  haState: Type.Optional(text),
  haPeer: Type.Optional(text),
  sessions: Type.Integer(),
  routes: Type.Integer(),
  arpEntries: Type.Integer(),
  diskFreeGb: Type.Number(),
  /** Where the firewall itself listens, as `host:port`. */
  listen: Type.Optional(Type.Object({ http: Type.Optional(text), https: Type.Optional(text) })),
});

/** What a firewall tells Panorama of itself. */
export type DeviceFacts = Static<typeof factsShape>;

const operationShape = Type.Object({
  /** Unique among all operations of all firewalls. */
  id: text,
  kind: Type.Union([Type.Literal("download"), Type.Literal("install"), Type.Literal("reboot")]),
  version: text,
  startedAt: Type.Number(),
  /** How long it is to take, in milliseconds. */
  lengthMs: Type.Number(),
  completedAt: Type.Optional(Type.Number()),
  error: Type.Optional(Type.String({ maxLength: 65_536 })),
});

/** A download, installation or reboot as it begins, and again as it ends. Without an error it ended well. */
export type Operation = Static<typeof operationShape>;

const frameShape = Type.Union([
  Type.Object({ kind: Type.Literal("operation"), operation: operationShape }),
  Type.Object({ kind: Type.Literal("hello"), facts: factsShape }),
  Type.Object({ kind: Type.Literal("welcome"), version: text, role: Type.Optional(text) }),
  Type.Object({ kind: Type.Literal("role"), role: text }),
  Type.Object({
    kind: Type.Literal("called"),
    started: Type.Number(),
    summary: Type.Object({ command: text, admin: text, remote: text, status: text, unknown: Type.Boolean() }),
  }),
  Type.Object({
    kind: Type.Literal("deliver"),
    order: text,
    admin: text,
    policy: Type.Optional(Type.String()),
    template: Type.Optional(Type.String()),
  }),
  Type.Object({
    kind: Type.Literal("delivered"),
    order: text,
    result: Type.Union([Type.Literal("OK"), Type.Literal("FAIL")]),
    lines: Type.Array(Type.String({ maxLength: 65_536 })),
  }),
  Type.Object({ kind: Type.Literal("orders"), known: Type.Array(text, { maxItems: 1000 }) }),
  Type.Object({ kind: Type.Literal("push"), facts: factsShape }),
  Type.Object({
    kind: Type.Literal("request"),
    id: Type.Integer(),
    admin: text,
    remote: text,
    parameters: Type.Record(Type.String(), Type.String()),
    order: Type.Optional(text),
    file: Type.Optional(Type.Object({ name: text, content: Type.Unknown() })),
  }),
  Type.Object({
    kind: Type.Literal("reply"),
    id: Type.Integer(),
    status: Type.Integer(),
    text: Type.Optional(Type.String()),
    file: Type.Optional(Type.Object({ name: text, contentType: text, content: Type.Unknown() })),
  }),
]);

/** What goes over the connection a firewall keeps to its Panorama. The firewall dials and says hello first. */
export type PanoramaFrame =
  | { readonly kind: "hello"; readonly facts: DeviceFacts }
  /** Panorama knows the firewall and has noted that it is connected; `version` is its own, `role` its part in its pair. */
  | { readonly kind: "welcome"; readonly version: string; readonly role?: string }
  /** Its part in its pair has changed. */
  | { readonly kind: "role"; readonly role: string }
  /** Somebody has called the firewall directly. */
  | { readonly kind: "called"; readonly started: number; readonly summary: CallSummary }
  /** Panorama's part of the firewall's configuration, as documents. A part that is absent stays as it was. */
  | {
      readonly kind: "deliver";
      readonly order: string;
      readonly admin: string;
      readonly policy?: string;
      readonly template?: string;
    }
  /** What became of a delivery. May be told more than once. */
  | {
      readonly kind: "delivered";
      readonly order: string;
      readonly result: "OK" | "FAIL";
      readonly lines: readonly string[];
    }
  /** The pushes that a firewall has taken since it booted, told when it has connected. */
  | { readonly kind: "orders"; readonly known: readonly string[] }
  /** The firewall's facts have changed. */
  | { readonly kind: "push"; readonly facts: DeviceFacts }
  | { readonly kind: "operation"; readonly operation: Operation }
  /** A call for the firewall, from somebody Panorama has authenticated. */
  | {
      readonly kind: "request";
      readonly id: number;
      readonly admin: string;
      readonly remote: string;
      readonly parameters: Readonly<Record<string, string>>;
      /** Of Panorama, which wants to be told (`delivered`) what became of the job that the call starts. */
      readonly order?: string;
      readonly file?: { readonly name: string; readonly content: Uint8Array };
    }
  | {
      readonly kind: "reply";
      readonly id: number;
      readonly status: number;
      readonly text?: string;
      readonly file?: { readonly name: string; readonly contentType: string; readonly content: Uint8Array };
    };

const shape = compileShape(frameShape);

function isPanoramaFrame(frame: unknown): frame is PanoramaFrame {
  if (!shape.is(frame)) return false;
  const file = "file" in frame ? frame.file : undefined;
  return file === undefined || file.content instanceof Uint8Array;
}

export const panoramaProtocol = jsonFrames<PanoramaFrame>("panos-panorama", isPanoramaFrame);
