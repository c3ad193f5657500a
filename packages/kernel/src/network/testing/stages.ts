import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issuerOf, makeAuthority } from "../../server/certificates.ts";
import { VirtualTime } from "../../time/virtual-time.ts";
import { type Address, tcp, unix } from "../address.ts";
import { InProcessNetwork } from "../in-process/in-process-network.ts";
import type { ClientTls, Network, ServerTls } from "../network.ts";
import { SocketNetwork } from "../sockets/socket-network.ts";

/** What every implementation of the network is tried on. */
export const STAGES = ["in process", "TCP", "TLS", "Unix sockets"] as const;
export type StageName = (typeof STAGES)[number];

/** A network with time that moves when told to; sockets take no notice of that. */
export interface Stage extends AsyncDisposable {
  readonly network: Network;
  readonly time: VirtualTime;
  /** What handlers and ends threw. */
  readonly failures: unknown[];
  /** An address to listen at that nobody else has. */
  address(): Address;
  /** How to serve and to ask there. */
  readonly serverTls?: ServerTls;
  readonly clientTls?: ClientTls;
  /** A TLS client with a certificate of its own. */
  readonly deviceTls?: ClientTls;
}

/** Certificates for one run of tests. */
export async function makeIdentities(): Promise<{
  readonly server: ServerTls;
  readonly client: ClientTls;
  readonly device: ClientTls;
}> {
  const authority = await makeAuthority();
  const issuer = await issuerOf(authority);
  const server = await issuer.issue({
    commonName: "localhost",
    use: "server",
    names: ["localhost", "127.0.0.1"],
    days: 2,
  });
  const device = await issuer.issue({ commonName: "device-1", use: "client", names: [], days: 2 });
  return {
    server: {
      certificate: server.certificate,
      key: server.key,
      requestClient: true,
      clientCa: [authority.certificate],
    },
    client: { ca: [authority.certificate] },
    device: { ca: [authority.certificate], certificate: device.certificate, key: device.key },
  };
}

export function openStage(name: StageName, identities: Awaited<ReturnType<typeof makeIdentities>>): Stage {
  const time = new VirtualTime();
  const failures: unknown[] = [];
  const options = { onHandlerError: (error: unknown) => void failures.push(error) };
  const folder = mkdtempSync(join(tmpdir(), "network-stage-"));
  const network = name === "in process" ? new InProcessNetwork(time, options) : new SocketNetwork(time, options);
  let sockets = 0;
  return {
    network,
    time,
    failures,
    address: () => (name === "Unix sockets" ? unix(join(folder, `${++sockets}.sock`)) : tcp("127.0.0.1", 0)),
    ...(name === "TLS"
      ? { serverTls: identities.server, clientTls: identities.client, deviceTls: identities.device }
      : {}),
    async [Symbol.asyncDispose]() {
      await network[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
