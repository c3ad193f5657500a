import { existsSync } from "node:fs";
import { glob } from "node:fs/promises";
import { basename, join } from "node:path";
import { rolldown } from "rolldown";

/**
 * Programs that stay as compiled. A lab's families may come from elsewhere and bring `@understudy/kernel` themselves: they must meet the same
 * copy that runs them, or `instanceof NetworkError` in their code is false.
 */
const OPEN_TO_OTHERS = ["understudy.js"];

/**
 * Replaces the programs in `dist/bin/` by bundles of everything they import, what they load late in chunks of its own: loading some
 * hundreds of small modules would be most of the start and a third of the memory of a device.
 * @param dist the compiled package; one without programs is left as it is
 */
export async function bundlePrograms(dist: string): Promise<void> {
  const bin = join(dist, "bin");
  if (!existsSync(bin)) return;
  const input = (await Array.fromAsync(glob("*.js", { cwd: bin }))).filter((file) => !OPEN_TO_OTHERS.includes(file));
  const bundle = await rolldown({
    input: Object.fromEntries(input.map((file) => [basename(file, ".js"), join(bin, file)])),
    platform: "node",
    external: ["pg-native"], // pg asks for it, and does without
    logLevel: "warn",
  });
  await bundle.write({
    dir: bin,
    format: "esm",
    chunkFileNames: "[name]-[hash].js",
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } }, // names stay, for stack traces
    comments: { legal: true },
  });
  await bundle.close();
}
