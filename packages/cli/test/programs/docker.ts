import { type ChildProcess, execFile, spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const READY_WITHIN_MS = 30_000;

/** A container engine of our own, without a network of its own: containers use the machine's. Needs root. */
export class DockerEngine implements AsyncDisposable {
  readonly folder: string;
  readonly #daemon: ChildProcess;

  private constructor(folder: string, daemon: ChildProcess) {
    this.folder = folder;
    this.#daemon = daemon;
  }

  /** Starts `dockerd` of that folder of programs; resolves when it answers. */
  static async start(programs: string): Promise<DockerEngine> {
    const folder = await mkdtemp(join(tmpdir(), "understudy-docker-"));
    const settings = {
      "data-root": join(folder, "data"),
      "exec-root": join(folder, "exec"),
      pidfile: join(folder, "dockerd.pid"),
      hosts: [`unix://${join(folder, "docker.sock")}`],
      bridge: "none",
      iptables: false,
      ip6tables: false,
      "ip-forward": false,
      "oom-score-adjust": 0,
    };
    await writeFile(join(folder, "daemon.json"), JSON.stringify(settings));
    const daemon = spawn(join(programs, "dockerd"), ["--config-file", join(folder, "daemon.json")], {
      stdio: "ignore",
    });
    const engine = new DockerEngine(folder, daemon);
    try {
      await engine.#ready();
      return engine;
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** What clients need to find it. */
  get env(): Readonly<Record<string, string>> {
    return { DOCKER_HOST: `unix://${join(this.folder, "docker.sock")}`, DOCKER_BUILDKIT: "0" };
  }

  /** Runs the client; resolves to its output. Rejects when it ends with another code than 0. */
  async docker(...args: readonly string[]): Promise<string> {
    const { stdout, stderr } = await run("docker", args, { env: { ...process.env, ...this.env } });
    return stdout + stderr;
  }

  /** Builds an image with nothing but the Node that runs this test, since no registry is at hand. */
  async nodeImage(tag: string): Promise<void> {
    const root = join(this.folder, "base/root");
    const place = async (file: string, to: string): Promise<void> => {
      await mkdir(dirname(join(root, to)), { recursive: true });
      await copyFile(file, join(root, to));
    };
    await mkdir(join(root, "tmp"), { recursive: true });
    await place(process.execPath, "/usr/local/bin/node");
    const { stdout } = await run("ldd", [process.execPath]);
    for (const [library] of stdout.matchAll(/\/[^ \n]+/g)) await place(library, library);
    await writeFile(join(this.folder, "base/Dockerfile"), "FROM scratch\nCOPY root/ /\nENV PATH=/usr/local/bin\n");
    await this.docker("build", "--quiet", "--tag", tag, join(this.folder, "base"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#daemon.once("exit", resolve));
    if (this.#daemon.exitCode === null && this.#daemon.kill("SIGTERM")) await ended;
    // dockerd leaves the namespace of `--network host` mounted.
    await run("umount", [join(this.folder, "exec/netns/default")]).catch(() => undefined);
    await rm(this.folder, { recursive: true, force: true });
  }

  async #ready(): Promise<void> {
    for (let waited = 0; waited < READY_WITHIN_MS; waited += 100) {
      if (this.#daemon.exitCode !== null) throw new Error(`dockerd ended with ${this.#daemon.exitCode}`);
      if (await this.#answers()) return;
      await pause(100);
    }
    throw new Error("dockerd does not answer");
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const ping = request({ socketPath: join(this.folder, "docker.sock"), path: "/_ping" }, (reply) => {
        reply.resume();
        resolve(reply.statusCode === 200);
      });
      ping.on("error", () => resolve(false)).end();
    });
  }
}
