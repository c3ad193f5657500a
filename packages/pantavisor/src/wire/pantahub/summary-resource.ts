/** What a list of devices shows of each. Keys in canonical order. */
export interface SummaryResource {
  readonly device: string;
  readonly "device-nick": string;
  readonly deviceid: string;
  readonly "fleet-group": string;
  readonly "fleet-location": string;
  readonly "fleet-model": string;
  readonly "fleet-rev": string;
  readonly progress: number;
  /** The highest revision a device has touched. */
  readonly "progress-revision": number;
  readonly "progress-time": string;
  readonly public: boolean;
  /** Remote address of the device's last request. */
  readonly "real-ip": string;
  /** The highest revision. */
  readonly revision: number;
  readonly "state-sha": string;
  readonly status: string;
  readonly "status-msg": string;
  readonly "step-time": string;
  /** Last contact with the device, or its last change if that is later. */
  readonly timestamp: string;
  readonly "trail-touched-time": string;
}
