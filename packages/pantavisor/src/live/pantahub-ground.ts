import { randomUUID } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Cloud,
  EventList,
  type Family,
  type JsonObject,
  MemoryBlobs,
  MemoryStorage,
  Metrics,
  type Network,
  type Storage,
  silentLogger,
  tcp,
  UsageError,
  type World,
} from "@understudy/kernel";
import {
  AuditLog,
  DirectoryBlobs,
  Front,
  fronted,
  LiveCell,
  openDirectoryStorage,
  openStores,
  serverIdentity,
} from "@understudy/kernel/live";

/** Where a Pantahub of its own runs, and what it keeps where. */
export interface GroundOptions {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number | undefined;
  readonly tls: { readonly certificate: string; readonly key: string; readonly ca: string } | undefined;
  readonly names: readonly string[];
  readonly data: string | undefined;
  readonly database: string | undefined;
  readonly rateLimit: number | undefined;
  readonly options: JsonObject;
}

/** A cloud on sockets of its own, and the world of somebody who works with it. */
export interface PantahubGround {
  readonly cloud: Cloud;
  readonly world: World;
  readonly ca: string | undefined;
  close(): Promise<void>;
}

const CLOUD = "pantahub";

/** Opens stores, blobs and sockets, and boots the family's cloud on them. What was opened is closed when a part fails. */
export async function openPantahubGround(family: Family, options: GroundOptions): Promise<PantahubGround> {
  await using opening = new AsyncDisposableStack();
  const { data, database } = options;
  if (data !== undefined) {
    const guard = await openDirectoryStorage(data, { lock: "pantahub.lock" });
    opening.defer(() => guard.close());
  }
  const stores = await openStores(database ?? (data === undefined ? "memory:" : `sqlite:${data}/tables.db`));
  opening.defer(() => stores.close());
  const blobs = data === undefined ? new MemoryBlobs() : await DirectoryBlobs.open(`${data}/blobs`);
  const tls = await identityFor(options, opening);

  const metrics = await Metrics.open({ live: true });
  const fronts = new Map<string, Network>();
  const cell: LiveCell = new LiveCell({
    seed: randomUUID(),
    events: new EventList(),
    stores,
    blobs,
    auditFor: (id) => audit.for(id),
    linkOf: (id) => fronts.get(id) ?? cell.network,
  });
  opening.defer(() => cell[Symbol.asyncDispose]());
  const audit = new AuditLog({
    now: () => cell.time.now(),
    log: silentLogger,
    ...(data !== undefined && { folder: data }),
  });
  opening.use(audit);
  opening.defer(() => cell.power.stopAll());

  const front = new Front({
    server: CLOUD,
    now: () => cell.time.now(),
    stopwatch: () => performance.now(),
    log: silentLogger,
    metrics,
    health: { [CLOUD]: () => undefined },
    ...(options.rateLimit !== undefined && { rateLimit: options.rateLimit }),
  });
  fronts.set(CLOUD, fronted(cell.network, front));
  const { host, port, tlsPort } = options;
  await cell.addCloud(family, {
    name: CLOUD,
    options: options.options,
    listen: { http: tcp(host, port), ...(tlsPort !== undefined && { https: tcp(host, tlsPort) }) },
    ...(tls !== undefined && { tls }),
    ...(options.names.length > 0 && { publicNames: options.names }),
  });
  const world = await cell.power.operator("library", new MemoryStorage({ now: () => cell.time.now() }));
  const opened = opening.move();
  return { cloud: cell.cloud(CLOUD), world, ca: tls?.ca, close: () => opened.disposeAsync() };
}

async function identityFor(options: GroundOptions, opening: AsyncDisposableStack): Promise<GroundOptions["tls"]> {
  const { tlsPort, tls, data, names, host } = options;
  if (tlsPort === undefined || tls !== undefined) return tls;
  const folder = data ?? (await temporaryFolder(opening));
  return serverIdentity({ tlsPort, names, host }, folder);
}

async function temporaryFolder(opening: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "understudy-pantahub-"));
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder of the host, to be read. Throws `UsageError` when there is none. */
export async function openFolder(path: string): Promise<Storage> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) throw new UsageError("no-folder", `There is no folder ${path}.`, { path });
  return openDirectoryStorage(path);
}
