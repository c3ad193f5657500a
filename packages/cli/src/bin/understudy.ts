import { runProgram } from "../program.ts";
import { runBin } from "../run-bin.ts";

await runBin(runProgram);
