export { type LabTls, LiveLab, type LiveLabOptions, type PortChoice } from "./live/live-lab.ts";
