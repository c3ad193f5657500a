import type { Command } from "commander";
import type { Outcome } from "../../command-line.ts";
import { addServe } from "../serve-cloud.ts";
import { addHandCommands } from "./hand-commands.ts";

/** `understudy pantahub …`: the lab of one cloud, and what a person does with one by hand. */
export function definePantahub(group: Command, outcome: Outcome): void {
  addServe(
    group,
    { command: "pantahub", family: "pantavisor", title: "an embedded Pantahub", ports: { port: 7410 } },
    outcome,
  );
  addHandCommands(group);
}
