import { descend, textOf } from "../../wire/xml/tree.ts";
import type { ConfiguredNode } from "../node.ts";

/** Whether the advanced routing engine runs: a matter of the running configuration. */
export function hasAdvancedRouting({ config, profile }: ConfiguredNode): boolean {
  if (!config.isLoaded) return profile.advancedRouting === true;
  const setting = descend(config.running, "devices", "entry", "deviceconfig", "setting", "advance-routing");
  return textOf(setting).trim() === "yes";
}
