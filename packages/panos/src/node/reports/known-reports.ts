import type { ReportForm } from "../jobs/ask.ts";

const form = (title: string, logType: string, source: string, groupBy: string): ReportForm => ({
  title,
  logType,
  source,
  groupBy,
  query: "",
});

/** Reports that answer at once what happens now, by name. */
export const DYNAMIC_REPORTS: Readonly<Record<string, ReportForm>> = Object.freeze({
  "top-app-summary": form("Top applications", "appstat", "traffic", "app"),
  "top-applications-summary": form("Top applications", "trsum", "traffic", "app"),
  "top-src-summary": form("Top sources", "trsum", "traffic", "src"),
  "top-dst-summary": form("Top destinations", "trsum", "traffic", "dst"),
  "top-rule-summary": form("Top rules", "trsum", "traffic", "rule"),
  "top-ingress-summary": form("Top ingress zones", "trsum", "traffic", "from"),
  "top-egress-summary": form("Top egress zones", "trsum", "traffic", "to"),
  "top-threats-summary": form("Top threats", "thsum", "threat", "threatid"),
  "top-attacker-summary": form("Top attackers", "thsum", "threat", "src"),
  "top-victim-summary": form("Top victims", "thsum", "threat", "dst"),
  "top-url-summary": form("Top URLs", "urlsum", "url", "misc"),
  "top-url-category-summary": form("Top URL categories", "urlsum", "url", "category"),
  "acc-summary": form("ACC summary", "appstat", "traffic", "app"),
});

/** Reports that a node makes every day, by name. */
export const PREDEFINED_REPORTS: Readonly<Record<string, ReportForm>> = Object.freeze({
  "top-applications": form("Top applications", "appstat", "traffic", "app"),
  "top-connections": form("Top connections", "trsum", "traffic", "dst"),
  "top-sources": form("Top sources", "trsum", "traffic", "src"),
  "top-destinations": form("Top destinations", "trsum", "traffic", "dst"),
  "top-rules": form("Top security rules", "trsum", "traffic", "rule"),
  "top-ingress-interfaces": form("Top ingress interfaces", "trsum", "traffic", "inbound_if"),
  "top-egress-interfaces": form("Top egress interfaces", "trsum", "traffic", "outbound_if"),
  "top-source-zones": form("Top source zones", "trsum", "traffic", "from"),
  "top-destination-zones": form("Top destination zones", "trsum", "traffic", "to"),
  "top-threats": form("Top threats", "thsum", "threat", "threatid"),
  "top-attackers": form("Top attackers", "thsum", "threat", "src"),
  "top-victims": form("Top victims", "thsum", "threat", "dst"),
  "top-websites": form("Top websites", "urlsum", "url", "misc"),
  "top-url-categories": form("Top URL categories", "urlsum", "url", "category"),
  "top-viruses": form("Top viruses", "thsum", "data", "threatid"),
  "top-spyware-threats": form("Top spyware threats", "thsum", "data", "threatid"),
});

/** Databases that custom reports name, as kinds of logs. */
export const REPORT_SOURCES: Readonly<Record<string, string>> = Object.freeze({
  appstat: "traffic",
  trsum: "traffic",
  traffic: "traffic",
  thsum: "threat",
  threat: "threat",
  urlsum: "url",
  url: "url",
});
