import { existsSync, globSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";

/** Servers of other people that some tests run beside ours. `scripts/install-services` installs those the suite uses. */
export type OutsideServer = "chromium" | "docker" | "mosquitto" | "nats" | "postgresql";

/** Whether the tests that need a server can run here. */
export interface Need {
  /** For `describe.skipIf(need.skip)`. */
  readonly skip: boolean;
  /** What is missing; empty where nothing is. */
  readonly reason: string;
  /** The folder of the server's programs; empty where they are missing. */
  readonly folder: string;
}

interface Programs {
  readonly program: string;
  /** Folders besides those of PATH; of several versions the newest wins. */
  readonly folders?: string;
}

const PROGRAMS: Readonly<Record<OutsideServer, Programs>> = {
  chromium: { program: "chromium" },
  docker: { program: "dockerd", folders: "/usr/sbin" },
  mosquitto: { program: "mosquitto", folders: "/usr/sbin" },
  nats: { program: "nats-server", folders: "/usr/sbin" },
  postgresql: { program: "postgres", folders: "/usr/lib/postgresql/*/bin" },
};

/**
 * Looks for a server's program on this machine. Where it is missing, says so on standard output once per call and asks the caller to
 * skip; call it at the top of a test file.
 * @throws Error where it is missing though `CI=true` and `UNDERSTUDY_NO_SKIPS=1` say that nothing may be
 */
export function needs(server: OutsideServer): Need {
  const { program, folders } = PROGRAMS[server];
  const onPath = (process.env.PATH ?? "").split(delimiter);
  const besides = folders === undefined ? [] : globSync(folders).sort().reverse();
  const folder = [...onPath, ...besides].find((candidate) => existsSync(join(candidate, program)));
  if (folder !== undefined) return { skip: false, reason: "", folder };

  const reason = `${server} is not installed here (no program ${program})`;
  if (process.env.CI === "true" && process.env.UNDERSTUDY_NO_SKIPS === "1") throw new Error(reason);
  process.stdout.write(`skipped: ${reason}\n`);
  return { skip: true, reason, folder: "" };
}
