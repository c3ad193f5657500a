// The lab API's client side. Browser code loads this: nothing here imports Node.
export { LabApiError, LabClient, type LabClientOptions, type StreamItem } from "./client.ts";
export type {
  Action,
  ActionResult,
  ApiError,
  DeviceDetails,
  DevicePage,
  DeviceQuery,
  DeviceSummary,
  EventGap,
  EventQuery,
  Families,
  FaultRuleBody,
  Faults,
  Health,
  LabTime,
  Ledger,
  OpenQuestion,
  PageQuery,
  PowerChange,
  Questions,
  StreamedEvent,
} from "./shapes.ts";
