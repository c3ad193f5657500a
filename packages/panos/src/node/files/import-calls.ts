import { type Answer, badRequest, CODES, refused, resultText } from "../../wire/api/answer.ts";
import { type ApiCall, parameter, type UploadedFile } from "../../wire/api/request.ts";
import { missing } from "../api/answer-call.ts";
import { illegal } from "../jobs/ask-calls.ts";
import type { UpdateKind } from "../jobs/job.ts";
import { readLicenseFile } from "../licenses/license-file.ts";
import { withImported } from "../licenses/licenses.ts";
import type { Caller, RecordingNode } from "../node.ts";
import { withDownload } from "../software/content-jobs.ts";
import { IMAGE_GB, withImage } from "../software/software-jobs.ts";
import { parseVersion } from "../software/version.ts";
import { importCertificate, importKeyPair, importPrivateKey } from "./import-certificate.ts";
import { importConfiguration, importDeviceState } from "./import-configuration.ts";
import { importedFile, PAGES } from "./pages.ts";

type Import = (node: RecordingNode, file: UploadedFile, call: ApiCall, caller: Caller) => Answer | Promise<Answer>;

/** Files without a meaning to a simulated node: kept, and given back by the export of the same category. */
const KEPT = new Set([...PAGES, "custom-logo", "logo", "high-availability-key", "idp-metadata", "ssh-key"]);

const IMPORTS: Readonly<Record<string, Import>> = Object.freeze({
  certificate: importCertificate,
  keypair: importKeyPair,
  "private-key": importPrivateKey,
  configuration: importConfiguration,
  "device-state": importDeviceState,
  software: importSoftware,
  license: importLicense,
  content: (node, file) => importUpdate(node, file, "content"),
  "anti-virus": (node, file) => importUpdate(node, file, "anti-virus"),
  wildfire: (node, file) => importUpdate(node, file, "wildfire"),
});

/** Answers `type=import`: the file comes as the part of a multipart body that has a file name. */
export function answerImport(node: RecordingNode, call: ApiCall, caller: Caller): Answer | Promise<Answer> {
  const category = parameter(call.parameters, "category") ?? "";
  if (category === "") return missing("category");
  const carry = Object.hasOwn(IMPORTS, category) ? IMPORTS[category] : undefined;
  if (carry === undefined && !KEPT.has(category)) return illegal("category", category);
  const { file } = call;
  if (file === undefined) return badRequest("No file uploaded");
  const named = { ...file, name: file.name.replace(/^.*[\\/]/, "") };
  return carry === undefined ? keep(node, named, category) : carry(node, named, call, caller);
}

const saved = (file: UploadedFile): Answer => resultText(`${file.name} saved`);

async function keep(node: RecordingNode, file: UploadedFile, category: string): Promise<Answer> {
  await node.files.write(importedFile(category), file.content);
  await node.files.sync();
  return saved(file);
}

/** An image counts as downloaded by what its file is called, such as `PanOS_3200-11.1.2-h3`. */
function importSoftware(node: RecordingNode, file: UploadedFile): Answer | Promise<Answer> {
  const version = /-(\d+\.\d+\.\d+(?:-[a-z]+[.\d]*\d)?)(?:\.\w+)?$/.exec(file.name)?.[1];
  if (version === undefined || parseVersion(version) === undefined)
    return refused(CODES.invalidObject, `${file.name} is not a valid software image`);
  return node.change((state) => {
    if (!state.images.includes(version) && state.diskFreeGb < IMAGE_GB)
      return { state, result: refused(CODES.notFound, "Insufficient disk space") };
    const loaded = withImage(state, version);
    const uploaded = [...loaded.uploaded.filter((other) => other !== version), version];
    return { state: { ...loaded, uploaded }, result: saved(file) };
  });
}

/** A key is installed as it is read; the licence server need not know of it. */
function importLicense(node: RecordingNode, file: UploadedFile): Answer | Promise<Answer> {
  const { profile } = node;
  const reading = readLicenseFile(file.name, file.content, profile.serial);
  if (!reading.ok) {
    const reason = reading.why === "unreadable" ? "is not a valid license key" : "is a license key of another device";
    return refused(CODES.invalidObject, `${file.name} ${reason}`);
  }
  return node.change((state) => ({ state: withImported(profile, state, reading.licenses), result: saved(file) }));
}

/** An update counts as downloaded by what its file is called, such as `panupv2-all-contents-8795-8489`. */
function importUpdate(node: RecordingNode, file: UploadedFile, kind: UpdateKind): Answer | Promise<Answer> {
  const version = /-(\d+-\d+)(?:\.\w+)?$/.exec(file.name)?.[1];
  if (version === undefined) return refused(CODES.invalidObject, `${file.name} is not a valid ${kind} update`);
  return node.change((state) => ({ state: withDownload(state, kind, version), result: saved(file) }));
}
