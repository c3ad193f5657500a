import { runPvcontrol } from "@understudy/pantavisor";
import { runBin } from "../run-bin.ts";
import { runTool } from "../tools/host-tool-io.ts";

await runBin((argv) => runTool(runPvcontrol, argv));
