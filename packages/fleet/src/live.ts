export { LiveLab, type LiveLabOptions } from "./live/live-lab.ts";
