import { readXml } from "../../wire/xml/read.ts";
import {
  attribute,
  child,
  childrenNamed,
  childText,
  descend,
  elementsOf,
  textOf,
  type XmlElement,
} from "../../wire/xml/tree.ts";
import type { ReportForm } from "../jobs/ask.ts";
import type { ConfiguredNode } from "../node.ts";
import { REPORT_SOURCES } from "./known-reports.ts";

/** A custom report as it is defined. */
export interface CustomReport {
  readonly form: ReportForm;
  readonly period: string | undefined;
  readonly top: number | undefined;
}

/** The custom report of that name in the running configuration, shared or of a vsys. */
export function configuredReport(node: ConfiguredNode, name: string): CustomReport | undefined {
  const { running } = node.config;
  const vsys = childrenNamed(descend(running, "devices", "entry", "vsys") ?? running, "entry");
  for (const scope of [descend(running, "shared"), ...vsys]) {
    const reports = descend(scope, "reports");
    const found = reports && childrenNamed(reports, "entry").find((entry) => attribute(entry, "name") === name);
    if (found !== undefined) return readDefinition(found, name);
  }
  return undefined;
}

/** A definition that comes with the call, as for `custom-dynamic-report`. */
export function inlineReport(source: string, name: string): CustomReport | undefined {
  const reading = readXml(source, "fragment");
  return reading.ok ? readDefinition(reading.root, name) : undefined;
}

function readDefinition(definition: XmlElement, name: string): CustomReport | undefined {
  const [database] = elementsOf(child(definition, "type") ?? definition);
  const isKnown = database !== undefined && Object.hasOwn(REPORT_SOURCES, database.name);
  const source = isKnown ? REPORT_SOURCES[database.name] : undefined;
  if (database === undefined || source === undefined) return undefined;
  const by = child(database, "aggregate-by") ?? child(database, "group-by") ?? child(database, "labels");
  const groupBy = by === undefined ? "app" : (childText(by, "member") ?? (textOf(by).trim() || "app"));
  const top = Number(childText(definition, "topn") ?? Number.NaN);
  return {
    form: {
      title: childText(definition, "caption") ?? name,
      logType: database.name,
      source,
      groupBy,
      query: childText(definition, "query") ?? "",
    },
    period: childText(definition, "period"),
    top: Number.isInteger(top) && top > 0 ? top : undefined,
  };
}
