import type { Metrics } from "@understudy/kernel";
import type { DeviceView, LabView } from "../lab-view.ts";
import { questionOf } from "./device-routes.ts";

type Figure = Parameters<Metrics["gauge"]>[0];

/** Adds the lab's figures to those of the process, unless they are there already. They are counted when somebody asks. */
export function addLabFigures(metrics: Metrics, lab: LabView): void {
  for (const figure of figuresOf(lab)) if (!metrics.has(figure.name)) metrics.gauge(figure);
}

function figuresOf(lab: LabView): readonly Figure[] {
  return [
    {
      name: "understudy_devices",
      help: "Devices by family and phase",
      labels: ["family", "phase"],
      read: () => devicesByPhase(lab),
    },
    {
      name: "understudy_open_questions",
      help: "Questions of devices that nobody has answered yet",
      labels: [],
      read: () => [{ labels: {}, value: count(lab, (device) => questionOf(device) !== undefined) }],
    },
    {
      name: "understudy_ledger_differences",
      help: "Devices of which their cloud believes something else than they are",
      labels: [],
      read: () => [{ labels: {}, value: count(lab, (device) => device.differences().length > 0) }],
    },
    {
      name: "understudy_events",
      help: "Events since the lab began",
      labels: [],
      read: () => [{ labels: {}, value: lab.events.newest }],
    },
  ];
}

function devicesByPhase(lab: LabView): ReturnType<Figure["read"]> {
  const counts = new Map<string, { readonly labels: Readonly<Record<string, string>>; value: number }>();
  for (const device of lab.devices()) {
    const { family } = device;
    const { phase } = device.state();
    const key = `${family}\n${phase}`;
    const row = counts.get(key) ?? { labels: { family, phase }, value: 0 };
    row.value++;
    counts.set(key, row);
  }
  return counts.values();
}

function count(lab: LabView, counts: (device: DeviceView) => boolean): number {
  let n = 0;
  for (const device of lab.devices()) if (counts(device)) n++;
  return n;
}
