import { availableParallelism } from "node:os";
import { type LabReport, runLab } from "@understudy/fleet";
import type { Command } from "commander";
import type { Outcome } from "../command-line.ts";
import { labSource } from "../lab/lab-file.ts";
import { countOption } from "./ports.ts";

interface SimulateOptions {
  readonly workers?: string;
  readonly events?: string;
  readonly json?: boolean;
}

/** `understudy simulate LAB`: a lab in virtual time, from beginning to end. */
export function defineSimulate(command: Command, outcome: Outcome): void {
  command
    .argument("<lab>", "lab file (YAML)")
    .option("--workers <n>", "threads (default: one per core); the result does not depend on it")
    .option("--events <file>", "write the events there, one JSON line each")
    .option("--json", "print the report as JSON")
    .addHelpText("after", "\nExample:\n  understudy simulate examples/lamp-family/lab.yaml --events events.jsonl")
    .action(async (file: string, options: SimulateOptions) => {
      const workers =
        options.workers === undefined ? availableParallelism() : countOption("--workers", options.workers, 1, 256);
      const progress = process.stderr.isTTY && options.json !== true;
      const report = await runLab(await labSource(file), {
        workers,
        ...(options.events === undefined ? {} : { eventsTo: options.events }),
        onCell: (done, cells) => {
          if (progress) process.stderr.write(`\r${done} of ${cells} cells${done === cells ? "\n" : ""}`);
        },
      });
      process.stdout.write(options.json === true ? `${JSON.stringify(report)}\n` : describe(report));
      if (report.findingCount > 0 || report.failures.length > 0) outcome.exitCode = 1;
    });
}

function describe(report: LabReport): string {
  const lines = [
    `${report.devices} devices in ${report.cells} ${report.cells === 1 ? "cell" : "cells"}, ${report.events} events`,
    `phases: ${
      Object.entries(report.phases)
        .map(([phase, count]) => `${phase} ${count}`)
        .join(", ") || "none"
    }`,
    `findings: ${report.findingCount}`,
    ...report.findings
      .slice(0, 20)
      .map(
        ({ device, key, belief, reality }) =>
          `  ${device}: the cloud believes ${key} ${JSON.stringify(belief)}, it is ${JSON.stringify(reality)}`,
      ),
    ...report.failures.map(({ cell, entry, reason }) => `timeline entry ${entry} failed in cell ${cell}: ${reason}`),
  ];
  return `${lines.join("\n")}\n`;
}
