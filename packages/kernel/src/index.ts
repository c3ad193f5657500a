export { Cell, type CellDevice, type CellOptions, type Decisions, type Difference, type Roster } from "./cells/cell.ts";
export { type CellSnapshot, VirtualCell, type VirtualCellOptions } from "./cells/virtual-cell.ts";
export {
  CountedStream,
  type Random,
  type RandomStream,
  SeededRandom,
  type StreamKey,
  streamKey,
} from "./chance/random.ts";
export { assertNever, messageOf, UnderstudyError, UsageError } from "./errors/understudy-error.ts";
export { WireError } from "./errors/wire-error.ts";
export { applyChange, type EventSink, type JsonObject, type JsonValue, type LabEvent } from "./events/event.ts";
export { EventList, type EventRecorder, eventLine, foldEvent } from "./events/recorder.ts";
export type {
  Belief,
  Cloud,
  CloudLink,
  CloudSpec,
  DeviceSpec,
  Endpoint,
  Family,
  Phase,
  Site,
} from "./family/family.ts";
export { FaultBook, type FaultCounts } from "./faults/fault-book.ts";
export type { Fault, FaultRule, Faults } from "./faults/faults.ts";
export { matchesGlob } from "./faults/glob.ts";
export type { Logger } from "./log/logger.ts";
export type { LogBook } from "./log/pino-logger.ts";
export { silentLogger } from "./log/silent-logger.ts";
export { type Address, describeAddress, type TcpAddress, tcp, type UnixAddress, unix } from "./network/address.ts";
export {
  blobBody,
  bodyChunks,
  bodyLength,
  decodeUtf8,
  isWhole,
  parseJsonText,
  readBytes,
  readJson,
  readText,
  sliceBody,
  streamBody,
  type WholeBody,
  wholeBytes,
  wholeText,
} from "./network/body.ts";
export type { Channel, ChannelEnd, ChannelHost, Protocol } from "./network/channel.ts";
export { type FetchOptions, fetchOver } from "./network/fetch.ts";
export {
  type Body,
  binary,
  EMPTY_BODY,
  type Headers,
  type HttpAnswer,
  type HttpHandler,
  type HttpReply,
  type HttpRequest,
  header,
  json,
  noHeaders,
  type ReceivedRequest,
  targetPath,
  text,
  type Via,
} from "./network/http.ts";
export { ImpairedLink } from "./network/impair/impaired-link.ts";
export { type LinkConditions, linkConditions, PERFECT_LINK } from "./network/impair/link-conditions.ts";
export { InProcessNetwork } from "./network/in-process/in-process-network.ts";
export { DEFAULT_LISTENER_LIMITS } from "./network/limits.ts";
export {
  type AcceptOptions,
  type ClientTls,
  type DialOptions,
  type Held,
  type Holder,
  type Listener,
  type ListenerLimits,
  type Network,
  NetworkError,
  type NetworkErrorCode,
  type RefusalStatus,
  type RequestOptions,
  type ServeOptions,
  type ServerTls,
} from "./network/network.ts";
export type { NetworkCounts, NetworkOptions } from "./network/network-options.ts";
export { type NetworkScope, type ScopedNetwork, scopeNetwork } from "./network/scoped.ts";
export type { Device, DeviceState, Exit, Question, Unit, WakeUp } from "./power/device.ts";
export type { Ground } from "./power/ground.ts";
export type { WriteProbe } from "./power/life.ts";
export { Power, type PowerSnapshot, type UnitSnapshot, type Unsynced } from "./power/power.ts";
export type { Start, World } from "./power/world.ts";
export { type Audit, type AuditEntry, silentAudit } from "./server/audit.ts";
export { examine, type HealthCheck, type HealthChecks, type HealthReport, healthReply } from "./server/health.ts";
export { METRICS_CONTENT_TYPE, Metrics } from "./server/metrics.ts";
export type { OpenApiDocument } from "./server/openapi.ts";
export { parseQuery, type QueryValues } from "./server/query.ts";
export { emptyReply, jsonReply, textReply } from "./server/reply.ts";
export { type BodyRules, DEFAULT_BODY_RULES, jsonOf } from "./server/request-body.ts";
export type { ParamsOf, PathParams, Route, RouteContext, RouteTrace, TracingHandler } from "./server/route.ts";
export { createOwnedRouter, createRouter, type OwnedRouter, type Router, type RouterOptions } from "./server/router.ts";
export { compileShape, type Shape } from "./server/shape.ts";
export { reasonOf, type WireProblem, type WireReason, wireProblem } from "./server/wire-problem.ts";
export type { Blob, Blobs } from "./storage/blob.ts";
export { corrupted } from "./storage/corrupted.ts";
export { MemoryBlobs } from "./storage/memory-blobs.ts";
export { MemoryStorage, type SharedBase, sharedBase } from "./storage/memory-storage.ts";
export {
  type FileStat,
  type PowerableStorage,
  type Storage,
  StorageError,
  type StorageErrorCode,
  type StorageSnapshot,
} from "./storage/storage.ts";
export { syntheticBlob } from "./storage/synthetic-blob.ts";
export { MemoryStores } from "./store/memory-store.ts";
export {
  type ColumnType,
  type Comparison,
  type Finder,
  insert,
  type PowerableStores,
  type Query,
  remove,
  removeWhere,
  replace,
  type Store,
  StoreError,
  type StoreErrorCode,
  type Stores,
  type StoresSnapshot,
  type Table,
  type TableView,
  table,
  type Write,
} from "./store/store.ts";
export type { Clock, Due, Ticket, Timekeeper } from "./time/clock.ts";
export { RealTime } from "./time/real-time.ts";
export { TimingWheel } from "./time/timing-wheel.ts";
export {
  type ByteCount,
  between,
  bytes,
  type Calendar,
  type Duration,
  days,
  gib,
  hours,
  type Instant,
  instant,
  kib,
  later,
  mib,
  milliseconds,
  minutes,
  type Percent,
  parseIso,
  percent,
  seconds,
  toCalendar,
  toIso,
  VIRTUAL_EPOCH,
} from "./time/units.ts";
export { VirtualTime } from "./time/virtual-time.ts";
