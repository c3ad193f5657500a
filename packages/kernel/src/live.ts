export { LiveCell, type LiveCellOptions } from "./cells/live-cell.ts";
export type { PlaceOptions } from "./cells/place.ts";
export { type PortChoice, ServedCell, type ServedCellOptions, type ServedDevice } from "./cells/served-cell.ts";
export { isLogLevel, LOG_LEVELS, type LogLevel, logLevelFrom } from "./log/log-level.ts";
export { type LogBook, openPinoLogs } from "./log/pino-logger.ts";
export { SocketNetwork, type SocketNetworkOptions } from "./network/sockets/socket-network.ts";
export { AuditLog } from "./server/audit-log.ts";
export { describeFailure, type Failure } from "./server/describe-failure.ts";
export { Front, type FrontOptions } from "./server/front.ts";
export {
  explainListening,
  fronted,
  isAnyAddress,
  type ListenOrder,
  listenAll,
  type ServedAddress,
  servedAddresses,
} from "./server/listen.ts";
export { LocalAuthority } from "./server/local-authority.ts";
export {
  addServerOptions,
  type DefaultPorts,
  parseServerOptions,
  refused,
  type ServerOptions,
} from "./server/options.ts";
export { type Running, runServer, type ServerProcess } from "./server/run-server.ts";
export { type ServerIdentity, serverIdentity } from "./server/server-tls.ts";
export { DirectoryBlobs } from "./storage/directory-blobs.ts";
export { type DirectoryOptions, openDirectoryStorage } from "./storage/directory-storage.ts";
export { type SqliteStorageOptions, SqliteStorages } from "./storage/sqlite-storage.ts";
export { openStores } from "./store/open-stores.ts";
