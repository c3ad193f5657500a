export { DURATION_FORMS, parseDuration } from "./lab/duration.ts";
export { familiesAtHome, loadFamily } from "./lab/families.ts";
export type { FamilySource, Lab, LabCloud, LabDevice, LabFleet, Selection, TimelineEntry } from "./lab/lab.ts";
export { DEFAULT_DURATION, type LabSource, readLab } from "./lab/read-lab.ts";
export type { LabReport } from "./run/lab-report.ts";
export { CELL_SIZE, type CellPlan, planCells } from "./run/plan-cells.ts";
export type { CellReport, Finding } from "./run/run-cell.ts";
export { type RunLabOptions, runLab } from "./workers/run-lab.ts";
