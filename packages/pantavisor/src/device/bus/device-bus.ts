import type { JsonObject } from "@understudy/kernel";
import type { BusAnswer, BusMessage } from "../../wire/bus/bus-message.ts";
import type { LogLine } from "../../wire/log-entries.ts";

/** An answer on its way to the device, and who gave it. */
export interface WaitingAnswer {
  readonly answer: BusAnswer;
  reply(message: BusMessage): void;
}

/** The bus as the rest of the device sees it. */
export interface DeviceBus {
  /** Somebody is there to answer questions. */
  readonly isAttended: boolean;
  readonly hasPeers: boolean;
  /** Something has happened on the device. */
  told(type: string, change: JsonObject, about?: JsonObject): void;
  /** A line of the device's log. */
  logged(line: LogLine): void;
  /** How far an exchange with the hub is. */
  synced(type: "sync_started" | "sync_progress" | "sync_completed", percentage: number, details: string): void;
  /** The answers that wait; they do not any more. */
  takeAnswers(): readonly WaitingAnswer[];
}
