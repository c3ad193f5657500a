import { readXml } from "../../wire/xml/read.ts";
import { childrenNamed, childText, descend, type XmlElement } from "../../wire/xml/tree.ts";
import type { License } from "../profile.ts";

/** Features by the words that names of key files have for them. */
const BY_WORD: Readonly<Record<string, string>> = {
  threat: "Threat Prevention",
  "threat-prevention": "Threat Prevention",
  url: "Advanced URL Filtering",
  "url-filtering": "Advanced URL Filtering",
  wildfire: "WildFire License",
  support: "Premium",
  premium: "Premium",
  globalprotect: "GlobalProtect Gateway",
  "global-protect": "GlobalProtect Gateway",
  dns: "DNS Security",
  "dns-security": "DNS Security",
};

export type LicenseFile =
  | { readonly ok: true; readonly licenses: readonly License[] }
  | { readonly ok: false; readonly why: "unreadable" | "other-device" };

/**
 * Reads a licence file: entries as `request license info` shows them; or, since real keys can be read by the maker alone, any
 * content whose file is called after serial and feature, such as `001234567890-threat.key`.
 */
export function readLicenseFile(name: string, content: Uint8Array, serial: string): LicenseFile {
  const reading = readXml(content);
  const entries = reading.ok ? entriesOf(reading.root) : [];
  if (entries.length > 0) return fromEntries(entries, serial);
  const [, owner, word = ""] = /^(?:(\d{4,})[-_])?([a-z][a-z-]*)\.key$/i.exec(name) ?? [];
  const feature = Object.hasOwn(BY_WORD, word.toLowerCase()) ? BY_WORD[word.toLowerCase()] : undefined;
  if (feature === undefined) return { ok: false, why: "unreadable" };
  if (owner !== undefined && owner !== serial) return { ok: false, why: "other-device" };
  return { ok: true, licenses: [{ feature, expires: "December 31, 2036" }] };
}

function entriesOf(root: XmlElement): readonly XmlElement[] {
  const holder =
    root.name === "licenses" ? root : (descend(root, "licenses") ?? descend(root, "result", "licenses") ?? root);
  return childrenNamed(holder, "entry");
}

function fromEntries(entries: readonly XmlElement[], serial: string): LicenseFile {
  const licenses: License[] = [];
  for (const entry of entries) {
    const [feature, owner] = [childText(entry, "feature") ?? "", childText(entry, "serial") ?? ""];
    if (feature === "") return { ok: false, why: "unreadable" };
    if (owner !== "" && owner !== serial) return { ok: false, why: "other-device" };
    const [description, expires] = [childText(entry, "description"), childText(entry, "expires")];
    licenses.push({
      feature,
      ...(description === undefined ? {} : { description }),
      ...(expires === undefined || expires === "" ? {} : { expires }),
    });
  }
  return { ok: true, licenses };
}
