import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** A PostgreSQL server of a test's own, on a free port of 127.0.0.1; dispose it. */
export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  readonly #programs: string;
  readonly #folder: string;
  readonly #user: HostUser | undefined;
  readonly #warden: ChildProcess;

  private constructor(programs: string, folder: string, port: number) {
    this.#programs = programs;
    this.#folder = folder;
    this.port = port;
    this.#user = process.getuid?.() === 0 ? hostUser("postgres") : undefined;
    if (this.#user !== undefined) chownSync(folder, this.#user.uid, this.#user.gid);
    this.#warden = this.#appointWarden();
  }

  /** Starts an empty server; `programs` is the folder of `initdb` and `pg_ctl`. As root it runs as the user `postgres`. */
  static async start(programs: string): Promise<PostgresServer> {
    const server = new PostgresServer(programs, mkdtempSync(join(tmpdir(), "understudy-postgres-")), await freePort());
    server.#run("initdb", "-D", server.#data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C", "-N");
    server.up();
    return server;
  }

  get #data(): string {
    return join(this.#folder, "data");
  }

  /** Address of a database (default: `postgres`, which is always there). */
  url(database = "postgres"): string {
    return `postgres://postgres@127.0.0.1:${this.port}/${database}`;
  }

  /** Starts the server again after {@link down}. */
  up(): void {
    const settings = `-p ${this.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off`;
    this.#run("pg_ctl", "-D", this.#data, "-o", settings, "-l", join(this.#folder, "log"), "-w", "start");
  }

  /** Stops it without a word to its clients. */
  down(): void {
    this.#run("pg_ctl", "-D", this.#data, "-m", "immediate", "-w", "stop");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.down();
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
      this.#warden.kill();
    }
  }

  /** A shell that waits for our end, however it comes, and clears up then: servers are nobody's children. */
  #appointWarden(): ChildProcess {
    const clear = 'read _; "$0" -D "$1/data" -m immediate -w stop; rm -rf "$1"';
    const warden = spawn("sh", ["-c", clear, join(this.#programs, "pg_ctl"), this.#folder], {
      stdio: ["pipe", "ignore", "ignore"],
      cwd: "/",
      detached: true,
      ...this.#user,
    });
    warden.unref();
    if (warden.stdin !== null && "unref" in warden.stdin && typeof warden.stdin.unref === "function")
      warden.stdin.unref();
    return warden;
  }

  #run(program: string, ...args: readonly string[]): void {
    // Output goes nowhere: a server that inherited a pipe would keep it open.
    execFileSync(join(this.#programs, program), args, {
      stdio: "ignore",
      cwd: this.#folder,
      env: { ...process.env, LC_ALL: "C" },
      ...this.#user,
    });
  }
}

interface HostUser {
  readonly uid: number;
  readonly gid: number;
}

function hostUser(name: string): HostUser {
  const id = (flag: string): number => Number(execFileSync("id", [flag, name], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
