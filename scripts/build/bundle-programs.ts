import { existsSync } from "node:fs";
import { glob, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { rolldown } from "rolldown";

/**
 * Programs that stay as compiled. A lab's families may come from elsewhere and bring `@understudy/kernel` themselves: they must meet the same
 * copy that runs them, or `instanceof NetworkError` in their code is false.
 */
const OPEN_TO_OTHERS = ["understudy.js"];

/** What every device loads, without what few need: SQL stores with their libraries, servers and the embedded Pantahub's ground. */
const DEVICE = /packages.(kernel|pantavisor).dist.(?!store.sql|server|live.pantahub)|node_modules.typebox./;

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
  const { output } = await bundle.write({
    dir: bin,
    format: "esm",
    chunkFileNames: "[name]-[hash].js",
    // Every import between chunks costs a start some path searching; what each device loads is one chunk.
    codeSplitting: { groups: [{ name: "device", test: DEVICE }] },
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } }, // names stay, for stack traces
    comments: { legal: true },
  });
  await bundle.close();
  const modules = output.flatMap((file) => (file.type === "chunk" ? file.moduleIds : []));
  await writeFile(join(bin, "LICENSES.txt"), await licencesOf(modules));
}

/** The licence texts of the packages that `modules` come from: they ask to go where their code goes. */
async function licencesOf(modules: readonly string[]): Promise<string> {
  const folders = new Set(
    modules.flatMap((file) => /^.*[/\\]node_modules[/\\](@[^/\\]+[/\\])?[^/\\]+/.exec(file)?.[0] ?? []),
  );
  const texts: string[] = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const [file] = await Array.fromAsync(glob("{license,licence,LICENSE,LICENCE}{,.*,-*}", { cwd: folder }));
    const text = file === undefined ? "" : await readFile(join(folder, file), "utf8");
    texts.push(`${name} ${version} (${license})\n\n${text.trim()}\n`);
  }
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}
