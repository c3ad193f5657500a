import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { codeOf } from "./socket-errors.ts";

/** The kernel takes no longer socket path (sun_path is 108 bytes with its end). */
const LONGEST_PATH_BYTES = 107;

/** Where a Unix socket is really bound, and what has to be tidied away after it. */
export interface BindPath {
  readonly path: string;
  /** To be called when the socket is bound: makes it appear at the wanted place. */
  bound(): void;
  remove(): void;
}

const fits = (path: string): boolean => Buffer.byteLength(path) <= LONGEST_PATH_BYTES;

/** Prepares the place for a socket: makes its folder, and a short run directory with a link when the path is too long. */
export function bindPathFor(wanted: string): BindPath {
  mkdirSync(dirname(wanted), { recursive: true });
  if (fits(wanted)) return { path: wanted, bound: () => undefined, remove: () => rmSync(wanted, { force: true }) };
  const folder = runFolder();
  const path = join(folder, "s");
  return {
    path,
    bound: () => symlinkSync(path, wanted),
    remove: () => {
      if (linkTarget(wanted) === path) rmSync(wanted, { force: true });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** True when a socket lies there that nobody answers at any more, or a link to nowhere: it may be removed. */
export async function isStaleSocket(path: string, paths: ShortPaths): Promise<boolean> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || !(found.isSocket() || found.isSymbolicLink())) return false;
  return new Promise((answer) => {
    const socket = connect(paths.to(path));
    socket.on("connect", () => {
      socket.destroy();
      answer(false);
    });
    socket.on("error", (error) => answer(["ECONNREFUSED", "ENOENT"].includes(codeOf(error))));
  });
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // not a link, or not there: the caller goes on with the path itself
  }
}

/** Paths short enough to connect to. Owns the links it has to make, one per long folder name. */
export class ShortPaths implements Disposable {
  readonly #links = new Map<string, string>();

  /** A path to that socket which the kernel takes: the target of its link, or one through a short link to its folder. */
  to(path: string): string {
    let short = path;
    for (let followed = 0; !fits(short) && followed < 8; followed++) {
      const target = linkTarget(short);
      if (target === undefined) return this.#throughLink(short);
      short = resolve(dirname(short), target);
    }
    return short;
  }

  [Symbol.dispose](): void {
    for (const link of this.#links.values()) rmSync(dirname(link), { recursive: true, force: true });
    this.#links.clear();
  }

  #throughLink(path: string): string {
    const folder = dirname(path);
    let link = this.#links.get(folder);
    if (link === undefined) {
      link = join(runFolder(), "d");
      symlinkSync(folder, link);
      this.#links.set(folder, link);
    }
    return join(link, basename(path));
  }
}

function runFolder(): string {
  const base = Buffer.byteLength(tmpdir()) <= 60 ? tmpdir() : "/tmp";
  const folder = mkdtempSync(join(base, "understudy-"));
  chmodSync(folder, 0o711); // others reach the socket through its link; its own mode says who may use it
  return folder;
}
