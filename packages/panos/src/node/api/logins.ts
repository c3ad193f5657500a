import type { Credentials } from "../../wire/api/request.ts";
import { loginLog } from "../logs/node-logs.ts";
import type { RecordingNode } from "../node.ts";

/** Logins by Basic authentication that are remembered; then all are forgotten, and logged again. */
const REMEMBERED = 1000;

/**
 * Notes logins with name and password in the system log. Basic authentication comes with every call: whoever goes on in the same
 * way from the same place is logged once per boot. Failures are logged each time.
 */
export class Logins {
  readonly #node: RecordingNode;
  /** Made with the first Basic login: most nodes never see one. */
  #known: Set<string> | undefined;

  constructor(node: RecordingNode) {
    this.#node = node;
  }

  /** Notes what became of the credentials of a call. `undefined`: there is nothing to note. */
  note(credentials: Credentials, admin: string | undefined, remote: string): Promise<void> | undefined {
    if (credentials.kind !== "basic") return undefined;
    const { user } = credentials;
    if (admin === undefined) return this.#node.note([loginLog(this.#node.now(), user, remote, "failed")]);
    const key = `${user} ${remote}`;
    this.#known ??= new Set();
    if (this.#known.has(key)) return undefined;
    if (this.#known.size >= REMEMBERED) this.#known.clear();
    this.#known.add(key);
    return this.#node.note([loginLog(this.#node.now(), user, remote, "well")]);
  }
}
