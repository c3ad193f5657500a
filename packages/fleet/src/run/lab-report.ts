import type { CellReport, Finding } from "./run-cell.ts";

/** What became of a lab in virtual time. */
export interface LabReport {
  readonly cells: number;
  readonly devices: number;
  readonly events: number;
  readonly phases: Readonly<Record<string, number>>;
  /** At most {@link MOST_FINDINGS}; `findingCount` tells how many there were. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  readonly failures: readonly { readonly cell: number; readonly entry: number; readonly reason: string }[];
}

export const MOST_FINDINGS = 100;

/** Puts the reports of cells together, in the order of the cells. */
export function labReport(reports: readonly CellReport[]): LabReport {
  const ordered = [...reports].sort((a, b) => a.cell - b.cell);
  const phases: Record<string, number> = {};
  for (const report of ordered) {
    for (const [phase, count] of Object.entries(report.phases)) phases[phase] = (phases[phase] ?? 0) + count;
  }
  const findings = ordered.flatMap((report) => report.findings);
  return {
    cells: ordered.length,
    devices: sum(ordered.map((report) => report.devices)),
    events: sum(ordered.map((report) => report.events)),
    phases,
    findings: findings.slice(0, MOST_FINDINGS),
    findingCount: findings.length,
    failures: ordered.flatMap((report) => report.failures.map((failure) => ({ cell: report.cell, ...failure }))),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
