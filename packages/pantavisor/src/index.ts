export { Attached, type AttachedScreen } from "./device/bus/attach.ts";
export { BUS_SOCKET } from "./device/layout.ts";
export { linesOfBus } from "./device/lines/lines-of-bus.ts";
export { linesOfEvent } from "./device/lines/lines-of-event.ts";
export { choiceOfLine } from "./device/lines/question-lines.ts";
export { runPvcontrol } from "./device/tools/pvcontrol.ts";
export { runPvcurl } from "./device/tools/pvcurl.ts";
export type { ToolIo } from "./device/tools/tool-io.ts";
export { connectPantahub, type PantahubConnection } from "./site/connect-pantahub.ts";
export {
  initMockerFolder,
  type MockerOnHost,
  type MockerOnHostOptions,
  openMockerOnHost,
} from "./site/mocker-on-host.ts";
export { PantahubError } from "./site/pantahub-client.ts";
export type { Invitation, PantahubUser } from "./site/pantahub-user.ts";
export { pantavisor } from "./site/pantavisor.ts";
export type { Revision } from "./site/revision.ts";
export { revisionOfFolder } from "./site/revision-of-folder.ts";
export { type PantahubServer, type StartPantahubOptions, startPantahub } from "./site/start-pantahub.ts";
export { busMessage } from "./wire/bus/bus-message.ts";
export { type BusFrame, busProtocol } from "./wire/bus/bus-protocol.ts";
export type { LogEntryResource as LogEntry } from "./wire/pantahub/log-entry.ts";
