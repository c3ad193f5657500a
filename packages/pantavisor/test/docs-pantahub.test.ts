import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startPantahub } from "../src/site/start-pantahub.ts";

const page = readFileSync(new URL("../../../docs/pantahub.md", import.meta.url), "utf8");
const script = /<!-- The next block is run by a test. -->\n```sh\n([\s\S]*?)```/.exec(page)?.[1] ?? "";

const isHere = (program: string): boolean =>
  (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, program)));

test.skipIf(!["curl", "jq", "bash", "sha256sum"].every(isHere))(
  "the page's curl session does what it says",
  async () => {
    await using hub = await startPantahub();
    const folder = mkdtempSync(join(tmpdir(), "docs-pantahub-"));
    try {
      const options = { cwd: folder, env: { ...process.env, HUB: hub.url } };
      const { stdout, stderr } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", script], options);
      expect(stderr).toBe("");
      expect(stdout).toBe("say hello\nhello\nDONE 1\n");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
);
