import { type Answer, CODES, refused, result } from "../../wire/api/answer.ts";
import { type ApiCall, parameter } from "../../wire/api/request.ts";
import { jobsMessage } from "../../wire/messages/job.ts";
import type { XmlElement } from "../../wire/xml/tree.ts";
import { writeXml } from "../../wire/xml/write.ts";
import { missing } from "../api/answer-call.ts";
import { shown } from "../behaviours/jobs.ts";
import { type AskJob, askedFor, finishAsk, illegal, isJob, startAsk } from "../jobs/ask-calls.ts";
import type { Caller, RecordingNode } from "../node.ts";
import { featureRelease } from "../software/version.ts";
import { packed } from "./archive.ts";
import { exportCertificate } from "./export-certificate.ts";
import { file } from "./file-answer.ts";
import { CAPTURES, exportCapture } from "./packet-captures.ts";
import { firstPage, importedFile, PAGES } from "./pages.ts";
import { supportFiles } from "./support-files.ts";

/** Answers `type=export`. */
export function answerExport(node: RecordingNode, call: ApiCall, caller: Caller): Answer | Promise<Answer> {
  const category = parameter(call.parameters, "category") ?? "";
  switch (category) {
    case "":
      return missing("category");
    case "configuration":
      return exportConfiguration(node, call);
    case "certificate":
      return exportCertificate(node, call);
    case "tech-support":
      return techSupport(node, call, caller);
    case "device-state":
      return file("device_state_cfg.tgz", packed(stateFiles(node)));
    default:
      if (CAPTURES.has(category)) return exportCapture(node, category, call);
      return PAGES.has(category) ? exportPage(node, category) : illegal("category", category);
  }
}

/** The running configuration, or a saved one, without an envelope. */
async function exportConfiguration(node: RecordingNode, call: ApiCall): Promise<Answer> {
  const from = parameter(call.parameters, "from") ?? "running-config.xml";
  const { saved } = node.state.config;
  const document = Object.hasOwn(saved, from) ? saved[from] : undefined;
  const tree =
    from === "running-config.xml"
      ? node.config.running
      : document === undefined
        ? undefined
        : await node.config.read(document);
  if (tree === undefined) return refused(CODES.invalidObject, `${from} does not exist`);
  return { kind: "document", body: writeXml(dressed(node, tree)) };
}

/** The root element as exports show it. */
function dressed(node: RecordingNode, tree: XmlElement): XmlElement {
  const { version } = node.state;
  const own: XmlElement["attributes"] = [
    ["version", `${featureRelease(version) ?? version}.0`],
    ["urldb", "paloaltonetworks"],
    ["detail-version", version],
  ];
  const others = tree.attributes.filter(([name]) => !own.some(([known]) => known === name));
  return { ...tree, attributes: [...own, ...others] };
}

function techSupport(node: RecordingNode, call: ApiCall, caller: Caller): Answer | Promise<Answer> {
  const action = parameter(call.parameters, "action") ?? "";
  if (action === "") return startAsk(node, "Exec", { kind: "tech-support" }, "Exec", caller);
  if (action !== "status" && action !== "get" && action !== "finish") return illegal("action", action);
  const job = askedFor(node, call, "tech-support");
  if (!isJob(job)) return job;
  if (action === "finish") return finishAsk(node, job);
  if (action === "status") return statusOf(node, job);
  return job.end === undefined
    ? refused(CODES.notPossible, `job ${job.id} has not finished yet`)
    : file("techsupport.tgz", packed([...stateFiles(node), ...supportFiles(node)]));
}

function statusOf(node: RecordingNode, job: AskJob): Answer {
  const status = shown(node, job);
  const told = job.end === undefined ? status : { ...status, resultFile: "/tmp/techsupport.tgz" };
  return result(jobsMessage.render([told]), CODES.success);
}

const stateFiles = (node: RecordingNode) => [
  { name: "running-config.xml", content: Buffer.from(writeXml(dressed(node, node.config.running)).markup, "utf8") },
];

async function exportPage(node: RecordingNode, category: string): Promise<Answer> {
  return file(`${category}.html`, (await node.files.read(importedFile(category))) ?? firstPage(category));
}
