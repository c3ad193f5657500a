import type { Table } from "@understudy/kernel";
import { accountTable, apiTokenTable, settingTable } from "./account-rows.ts";
import { deviceReportTable, deviceTable, joinTokenTable } from "./device-rows.ts";
import { logTable } from "./log-rows.ts";
import { objectTable, usageTable } from "./object-rows.ts";
import { stepTable, trailTable } from "./trail-rows.ts";

/** All tables of a Pantahub. */
export const PANTAHUB_TABLES: readonly Table<never>[] = [
  settingTable,
  accountTable,
  apiTokenTable,
  deviceTable,
  deviceReportTable,
  joinTokenTable,
  trailTable,
  stepTable,
  objectTable,
  usageTable,
  logTable,
] as readonly unknown[] as readonly Table<never>[]; // A table of any row; TypeScript has no word for that.
