import type { Finder, Store } from "@understudy/kernel";
import { type AccountRow, type ApiTokenRow, accountTable, apiTokenTable } from "./account-rows.ts";
import { type DeviceRow, deviceTable, type JoinTokenRow, joinTokenTable } from "./device-rows.ts";
import { type LogRow, logTable } from "./log-rows.ts";
import { type ObjectRow, objectTable } from "./object-rows.ts";
import { type StepRow, stepTable, type TrailRow, trailTable } from "./trail-rows.ts";

/** The questions that endpoints ask of the tables, compiled once. Values come in the order of the names. */
export interface Finders {
  readonly accountByNick: Finder<AccountRow>;
  readonly accountByEmail: Finder<AccountRow>;
  readonly apiTokensOfOwner: Finder<ApiTokenRow>;
  /** Devices that have a lab id; asked with an empty text. */
  readonly labDevices: Finder<DeviceRow>;
  readonly devicesOfOwner: Finder<DeviceRow>;
  readonly deviceByOwnerAndNick: Finder<DeviceRow>;
  readonly joinTokenByHash: Finder<JoinTokenRow>;
  readonly joinTokensOfOwner: Finder<JoinTokenRow>;
  readonly trailsOfOwner: Finder<TrailRow>;
  /** By rising revision. */
  readonly stepsOfTrail: Finder<StepRow>;
  readonly stepsByTrailAndStatus: Finder<StepRow>;
  readonly stepsByTrailNotStatus: Finder<StepRow>;
  readonly objectsOfOwner: Finder<ObjectRow>;
  readonly objectsBySha: Finder<ObjectRow>;
  readonly newestLog: Finder<LogRow>;
  readonly oldestLog: Finder<LogRow>;
}

export function findersOf(store: Store): Finders {
  const byRev = [["rev", "asc"]] as const;
  return {
    accountByNick: store.find(accountTable, { where: [["nick", "="]] }),
    accountByEmail: store.find(accountTable, { where: [["email", "="]] }),
    apiTokensOfOwner: store.find(apiTokenTable, { where: [["owner", "="]] }),
    labDevices: store.find(deviceTable, { where: [["lab", ">"]] }),
    devicesOfOwner: store.find(deviceTable, { where: [["owner", "="]] }),
    deviceByOwnerAndNick: store.find(deviceTable, {
      where: [
        ["owner", "="],
        ["nick", "="],
      ],
    }),
    joinTokenByHash: store.find(joinTokenTable, { where: [["hash", "="]] }),
    joinTokensOfOwner: store.find(joinTokenTable, { where: [["owner", "="]] }),
    trailsOfOwner: store.find(trailTable, { where: [["owner", "="]] }),
    stepsOfTrail: store.find(stepTable, { where: [["trail", "="]], order: byRev }),
    stepsByTrailAndStatus: store.find(stepTable, {
      where: [
        ["trail", "="],
        ["status", "="],
      ],
      order: byRev,
    }),
    stepsByTrailNotStatus: store.find(stepTable, {
      where: [
        ["trail", "="],
        ["status", "!="],
      ],
      order: byRev,
    }),
    objectsOfOwner: store.find(objectTable, { where: [["owner", "="]] }),
    objectsBySha: store.find(objectTable, { where: [["sha", "="]] }),
    oldestLog: store.find(logTable, { order: [["serial", "asc"]] }),
    newestLog: store.find(logTable, { order: [["serial", "desc"]] }),
  };
}
