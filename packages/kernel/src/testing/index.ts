export { CollectedLogs, type LogLine } from "../log/collected-logs.ts";
export { type CrashPoint, crashSweep, type SweepRun } from "./crash-sweep.ts";
export { type Need, needs, type OutsideServer } from "./outside-servers.ts";
export { PostgresServer } from "./postgres-server.ts";
export { type SiteOptions, TestSite } from "./site.ts";
