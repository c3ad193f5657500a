import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for one test, removed afterwards. */
export async function temporaryFolder(): Promise<
  AsyncDisposable & { readonly path: string; in(name: string): string }
> {
  const path = await mkdtemp(join(tmpdir(), "understudy-cli-"));
  return {
    path,
    in: (name) => join(path, name),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
