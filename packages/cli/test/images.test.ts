import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { needs } from "@understudy/kernel/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { askControl } from "./programs/control.ts";
import { DockerEngine } from "./programs/docker.ts";
import { temporaryFolder } from "./programs/folder.ts";
import { HubProgram } from "./programs/hub.ts";

const minutes = 60_000;
const docker = needs("docker");
const run = promisify(execFile);
const buildImage = new URL("../../../deploy/build-image", import.meta.url).pathname;

describe.skipIf(docker.skip || process.getuid?.() !== 0)("container images", () => {
  let engine: DockerEngine;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    [engine, folder] = await Promise.all([DockerEngine.start(docker.folder), temporaryFolder()]);
    await engine.nodeImage("node-base");
    const env = { ...process.env, ...engine.env, NODE_IMAGE: "node-base", STAGED: folder.in("staged") };
    for (const image of ["mocker", "panorama"]) await run(buildImage, [image], { env });
  }, 10 * minutes);
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const inContainer = (image: string, ...args: readonly string[]): Promise<string> =>
    engine.docker("run", "--rm", "--network", "host", "-v", `${folder.in("storage")}:/app/storage`, image, ...args);

  test("the mocker's: init and start are its arguments, its storage is a volume", {
    timeout: 2 * minutes,
  }, async () => {
    await using hub = await HubProgram.start();
    const token = (await hub.hand("token")).trim();
    const init = ["init", "--host", "http://127.0.0.1", "--port", hub.port, "--token", token];
    expect(await inContainer("understudy-mocker", ...init)).toBe("Storage initialized at storage\n");
    expect(await inContainer("understudy-mocker", "start", "--one-shot")).toMatch(/CLAIMED by/);
    expect(await readFile(folder.in("storage/config/pantahub.config"), "utf8")).toMatch(/^PH_IS_CLAIMED=1$/m);

    const volume = `${folder.in("storage")}:/app/storage`;
    await engine.docker(
      "run",
      "-d",
      "--name",
      "mocker",
      "--network",
      "host",
      "-v",
      volume,
      "understudy-mocker",
      "start",
    );
    await logged("mocker", /device starting/);
    expect(await askControl(folder.in("storage/pantavisor/pv-ctrl"), "GET", "/buildinfo")).toMatch(/ 200 /);
    await engine.docker("stop", "mocker");
    expect(await engine.docker("inspect", "mocker", "--format", "{{.State.ExitCode}}")).toBe("0\n");
  });

  test("Panorama's: serves until it is stopped", { timeout: 2 * minutes }, async () => {
    await engine.docker("run", "-d", "--name", "panorama", "--network", "host", "understudy-panorama", "--port", "0");
    const [, port = ""] = await logged("panorama", /http:\/\/[^:\s]+:(\d+)/);
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    await engine.docker("stop", "panorama");
    expect(await engine.docker("inspect", "panorama", "--format", "{{.State.ExitCode}}")).toBe("0\n");
  });

  /** Resolves when a container has written it. */
  async function logged(container: string, wanted: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = wanted.exec(await engine.docker("logs", container));
      if (found !== null) return found;
      const state = await engine.docker("inspect", container, "--format", "{{.State.Running}}");
      if (state !== "true\n") throw new Error(`It ended: ${await engine.docker("logs", container)}`);
    }
  }
});
