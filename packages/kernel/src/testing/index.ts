export { type CrashPoint, crashSweep, type SweepRun } from "./crash-sweep.ts";
export { type SiteOptions, TestSite } from "./site.ts";
