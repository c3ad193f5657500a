import { attribute, type XmlElement } from "../../wire/xml/tree.ts";
import type { RunningPanorama } from "../running-panorama.ts";
import { digestOfPush, holdersBySerial, pushedPolicy, pushedTemplate } from "./pushed-config.ts";

export type SyncStatus = "In Sync" | "Out of Sync" | "";

/** Tells how what firewalls took over compares with what Panorama runs now. Digests are made once per group and stack. */
export class SyncStatuses {
  readonly #panorama: RunningPanorama;
  /** Asked for when there is something to compare: a Panorama nobody has configured makes its configuration then. */
  #running: XmlElement | undefined;
  readonly #digests = new Map<string, string>();
  readonly #holders = new Map<string, ReadonlyMap<string, XmlElement>>();

  constructor(panorama: RunningPanorama) {
    this.#panorama = panorama;
  }

  policy(serial: string): SyncStatus {
    return this.#status(serial, this.#panorama.registry.row(serial)?.policy_digest ?? "", "device-group", pushedPolicy);
  }

  template(serial: string): SyncStatus {
    return this.#status(
      serial,
      this.#panorama.registry.row(serial)?.template_digest ?? "",
      "template-stack",
      pushedTemplate,
    );
  }

  #status(
    serial: string,
    pushed: string,
    kind: "device-group" | "template-stack",
    make: (config: XmlElement, name: string) => XmlElement,
  ): SyncStatus {
    if (pushed === "") return "";
    this.#running ??= this.#panorama.config.running;
    const holders = this.#holders.get(kind) ?? holdersBySerial(this.#running, kind);
    this.#holders.set(kind, holders);
    const holder = holders.get(serial);
    const name = holder === undefined ? "" : (attribute(holder, "name") ?? "");
    const key = `${kind} ${name}`;
    const now = this.#digests.get(key) ?? digestOfPush(make(this.#running, name));
    this.#digests.set(key, now);
    return now === pushed ? "In Sync" : "Out of Sync";
  }
}
