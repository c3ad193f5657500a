import { descend, textOf } from "../../wire/xml/tree.ts";
import type { ConfiguredNode } from "../node.ts";

/** Whether the advanced routing engine runs: a matter of the running configuration. */
export function hasAdvancedRouting(node: ConfiguredNode): boolean {
  const { effective } = node;
  if (effective === undefined) return node.profile.advancedRouting === true;
  const setting = descend(effective, "devices", "entry", "deviceconfig", "setting", "advance-routing");
  return textOf(setting).trim() === "yes";
}
