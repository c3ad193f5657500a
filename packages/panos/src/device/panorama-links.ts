import type { Endpoint } from "@understudy/kernel";
import type { Firewall } from "./firewall.ts";
import { type CallAnswerer, PanoramaLink } from "./panorama-link.ts";

/** A Panorama that manages a firewall. */
export interface Manager {
  readonly endpoint: Endpoint;
  /** As it tells of itself. */
  readonly ip: string;
}

/** How a manager stands, as the firewall sees it. */
export interface ManagerStatus {
  readonly ip: string;
  readonly connected: boolean;
  /** Its part in its pair; absent where it has none, or has not told. */
  readonly role?: string;
}

/** What wakes a firewall to dial each of its managers. */
export const DIALS = ["dial-panorama", "dial-second-panorama"] as const;

/** The connections of a firewall to its Panoramas: one, or both of a pair. What one is told the other is told too. */
export class PanoramaLinks {
  readonly #managers: readonly Manager[];
  readonly #links: readonly PanoramaLink[];

  constructor(firewall: Firewall, answerer: CallAnswerer, managers: readonly Manager[]) {
    this.#managers = managers;
    this.#links = managers.flatMap(({ endpoint }, at) => {
      const wake = DIALS[at];
      return wake === undefined ? [] : [new PanoramaLink(firewall, answerer, endpoint, wake)];
    });
  }

  /** The wake-ups that dial, one for each manager. */
  get dials(): readonly string[] {
    return DIALS.slice(0, this.#links.length);
  }

  get isConnected(): boolean {
    return this.#links.some((link) => link.isConnected);
  }

  get status(): readonly ManagerStatus[] {
    return this.#managers.map(({ ip }, at) => {
      const link = this.#links[at];
      const connected = link?.isConnected === true;
      return { ip, connected, ...(connected && link?.role !== undefined ? { role: link.role } : {}) };
    });
  }

  dial(name: (typeof DIALS)[number]): Promise<void> | undefined {
    return this.#links[DIALS.indexOf(name)]?.dial();
  }

  /** Calls each link. */
  each(act: (link: PanoramaLink) => void): void {
    for (const link of this.#links) act(link);
  }
}
