import type { Firewall } from "./firewall.ts";
import { type CallAnswerer, type Manager, PanoramaLink } from "./panorama-link.ts";

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
  readonly #links: readonly PanoramaLink[];

  constructor(firewall: Firewall, answerer: CallAnswerer, managers: readonly Manager[]) {
    const [first, second] = managers;
    this.#links = [
      ...(first === undefined ? [] : [new PanoramaLink(firewall, answerer, first, DIALS[0])]),
      ...(second === undefined ? [] : [new PanoramaLink(firewall, answerer, second, DIALS[1])]),
    ];
  }

  /** The wake-ups that dial, one for each manager. */
  get dials(): readonly string[] {
    return DIALS.slice(0, this.#links.length);
  }

  get isConnected(): boolean {
    return this.#links.some((link) => link.isConnected);
  }

  get status(): readonly ManagerStatus[] {
    return this.#links.map(({ ip, isConnected: connected, role }) => ({
      ip,
      connected,
      ...(connected && role !== undefined ? { role } : {}),
    }));
  }

  dial(name: (typeof DIALS)[number]): Promise<void> | undefined {
    return this.#links[DIALS.indexOf(name)]?.dial();
  }

  /** Calls each link. */
  each(act: (link: PanoramaLink) => void): void {
    for (const link of this.#links) act(link);
  }
}
