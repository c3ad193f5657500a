import { type Audit, compileShape, type JsonObject, jsonReply, type Router } from "@understudy/kernel";
import type { DeviceView, LabView } from "../lab-view.ts";
import { carryOut, noSuchDevice, reply, unreadable } from "./replies.ts";
import {
  AnswerShape,
  type DeviceDetails,
  DeviceDetailsShape,
  type DevicePage,
  DevicePageShape,
  DeviceQueryShape,
  type DeviceSummary,
  JsonMap,
  type Ledger,
  LedgerShape,
  type OpenQuestion,
  PageQueryShape,
  PowerShape,
  QuestionShape,
  type Questions,
  QuestionsShape,
} from "./shapes.ts";

const questionShape = compileShape(QuestionShape);

/** Devices, their questions and power, and the ledger. */
export function addDeviceRoutes(router: Router, lab: LabView, audit: Audit): void {
  router.route({
    method: "GET",
    path: "/devices",
    query: DeviceQueryShape,
    describe: { summary: "Devices, page by page", tag: "devices", replies: { 200: reply("A page", DevicePageShape) } },
    handle: ({ query }) => {
      const text = query.text?.toLowerCase();
      const wanted = (device: DeviceView): boolean =>
        (query.family === undefined || device.family === query.family) &&
        (query.phase === undefined || device.state().phase === query.phase) &&
        (text === undefined || mentions(device, text));
      const { rows, next } = page(lab, query, (device) => (wanted(device) ? summaryOf(device) : undefined));
      return jsonReply({ devices: rows, total: lab.deviceCount, ...next } satisfies DevicePage);
    },
  });

  router.route({
    method: "GET",
    path: "/devices/:id",
    describe: {
      summary: "One device: what it is, and what its cloud believes",
      tag: "devices",
      replies: { 200: reply("The device", DeviceDetailsShape), 404: reply("No such device") },
    },
    handle: ({ params }) => {
      const device = lab.device(params.id);
      return device === undefined ? noSuchDevice(params.id) : jsonReply(detailsOf(device));
    },
  });

  router.route({
    method: "GET",
    path: "/questions",
    query: PageQueryShape,
    describe: {
      summary: "Open questions of devices",
      tag: "devices",
      replies: { 200: reply("A page", QuestionsShape) },
    },
    handle: ({ query }) => {
      const { rows, next } = page(lab, query, (device) => {
        const question = query.family === undefined || device.family === query.family ? questionOf(device) : undefined;
        return question && { device: device.id, family: device.family, question };
      });
      return jsonReply({ questions: rows, ...next } satisfies Questions);
    },
  });

  router.route({
    method: "POST",
    path: "/devices/:id/answer",
    body: AnswerShape,
    describe: {
      summary: "Answer a question of a device",
      tag: "devices",
      replies: {
        200: reply("Taken", DeviceDetailsShape),
        404: reply("No such device"),
        409: reply("No such question or choice"),
      },
    },
    handle: async ({ params, body, via }) => {
      const device = lab.device(params.id);
      if (device === undefined) return noSuchDevice(params.id);
      const change = { audit, who: via.remote, action: "device.answer", target: params.id, details: { ...body } };
      return carryOut(change, async () => {
        await lab.answer(params.id, body.question, body.choice);
        return jsonReply(detailsOf(device));
      });
    },
  });

  router.route({
    method: "POST",
    path: "/devices/:id/power",
    body: PowerShape,
    describe: {
      summary: "Switch a device on or off, or pull its plug",
      tag: "devices",
      replies: { 200: reply("The device", DeviceDetailsShape), 404: reply("No such device") },
    },
    handle: async ({ params, body, via }) => {
      const device = lab.device(params.id);
      if (device === undefined) return noSuchDevice(params.id);
      const change = { audit, who: via.remote, action: "device.power", target: params.id, details: { ...body } };
      return carryOut(change, async () => {
        await lab.power(params.id, body.power);
        return jsonReply(detailsOf(lab.device(params.id) ?? device));
      });
    },
  });

  router.route({
    method: "POST",
    path: "/devices/:id/force",
    body: JsonMap,
    describe: {
      summary: "Make a device what a tester wants it to be, whatever the protocol says",
      details:
        "What can be wanted is the family's own: see `force` of /families. A device without power is switched on first.",
      tag: "devices",
      replies: {
        200: reply("The device", DeviceDetailsShape),
        404: reply("No such device"),
        409: reply("The device cannot be that"),
      },
    },
    handle: async ({ params, body, via }) => {
      const device = lab.device(params.id);
      if (device === undefined) return noSuchDevice(params.id);
      const wanted = body as JsonObject; // Came as JSON.
      const force = lab.families.find(({ name }) => name === device.family)?.schemas.force;
      const problem = force === undefined ? undefined : compileShape(force).problem(wanted, "body");
      if (problem !== undefined) return unreadable(problem);
      const change = { audit, who: via.remote, action: "device.force", target: params.id, details: wanted };
      return carryOut(change, async () => {
        await lab.force(params.id, wanted);
        return jsonReply(detailsOf(lab.device(params.id) ?? device));
      });
    },
  });

  router.route({
    method: "GET",
    path: "/ledger",
    query: PageQueryShape,
    describe: {
      summary: "The truth ledger: devices of which their cloud believes something else than they are",
      tag: "ledger",
      replies: { 200: reply("A page", LedgerShape) },
    },
    handle: ({ query }) => {
      const { rows, next } = page(lab, query, (device) => {
        if (query.family !== undefined && device.family !== query.family) return undefined;
        const differences = device.differences();
        if (differences.length === 0) return undefined;
        return { device: device.id, family: device.family, phase: device.state().phase, differences };
      });
      return jsonReply({ rows: rows as Ledger["rows"], ...next } satisfies Ledger); // Readonly arrays are written as arrays.
    },
  });
}

/** The question that a device's state shows; a malformed one counts as none. */
export function questionOf(device: DeviceView): OpenQuestion | undefined {
  const { question } = device.state();
  return questionShape.is(question) ? question : undefined;
}

function summaryOf(device: DeviceView): DeviceSummary {
  const question = questionOf(device);
  return {
    id: device.id,
    family: device.family,
    ...(device.cloud !== undefined && { cloud: device.cloud }),
    on: device.isOn,
    phase: device.state().phase,
    ...(question !== undefined && { question }),
  };
}

function detailsOf(device: DeviceView): DeviceDetails {
  return {
    ...summaryOf(device),
    state: device.state(),
    belief: device.belief() ?? null,
    differences: [...device.differences()],
  };
}

/** `text` is in lower case. */
function mentions(device: DeviceView, text: string): boolean {
  if (device.id.toLowerCase().includes(text)) return true;
  return Object.values(device.state()).some((value) => typeof value === "string" && value.toLowerCase().includes(text));
}

/** Rows until the page is full. `next` is there when another device makes a row. */
function page<Row>(
  lab: LabView,
  { after, limit }: { readonly after?: string; readonly limit: number },
  rowOf: (device: DeviceView) => Row | undefined,
): { readonly rows: Row[]; readonly next: { readonly next?: string } } {
  const rows: Row[] = [];
  let last = "";
  for (const device of lab.devices(after)) {
    const row = rowOf(device);
    if (row === undefined) continue;
    if (rows.length === limit) return { rows, next: { next: last } };
    rows.push(row);
    last = device.id;
  }
  return { rows, next: {} };
}
