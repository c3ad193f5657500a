import { runMocker } from "../commands/pantavisor/pantavisor-commands.ts";
import { runBin } from "../run-bin.ts";

await runBin(runMocker);
