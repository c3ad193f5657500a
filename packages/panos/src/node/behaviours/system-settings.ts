import { result, resultText } from "../../wire/api/answer.ts";
import { childText, descend, elementsOf, textOf, type XmlElement } from "../../wire/xml/tree.ts";
import { NO_MARKUP } from "../../wire/xml/write.ts";
import type { Behavior, ConfiguredNode } from "../node.ts";

type NodeBehavior = Behavior<ConfiguredNode>;

/** Settings a node keeps at most; further ones are confirmed and forgotten. */
const MAX_SETTINGS = 200;

/** Leaves of an order as `ctd.cap-portal-max-session` and the like. */
function leavesOf(element: XmlElement, path: string): readonly (readonly [string, string])[] {
  return elementsOf(element).flatMap((inner) => {
    const name = path === "" ? inner.name : `${path}.${inner.name}`;
    return elementsOf(inner).length > 0 ? leavesOf(inner, name) : [[name, textOf(inner).trim()] as const];
  });
}

/** `set system setting …`: kept over reboots, and told by `show system setting …`. */
const setsSetting: NodeBehavior = {
  on: "set.system.setting",
  handle: (node, command) =>
    node.change((state) => {
      const all = { ...state.systemSettings, ...Object.fromEntries(leavesOf(command.last, "")) };
      const systemSettings = Object.fromEntries(Object.entries(all).slice(0, MAX_SETTINGS));
      return { state: { ...state, systemSettings }, result: result(NO_MARKUP) };
    }),
};

/** Where settings stand that can also be configured, below `deviceconfig/setting`. */
const CONFIGURED: Readonly<Record<string, readonly string[]>> = {
  "jumbo-frame": ["jumbo-frame", "enabled"],
  ctd: ["ctd", "enabled"],
  "multi-vsys": ["multi-vsys"],
};

/** Whether a setting is on: as it was ordered, else as the running configuration says. */
export function isOn(node: ConfiguredNode, name: string): boolean {
  const ordered = node.state.systemSettings?.[name];
  if (ordered !== undefined) return ordered === "on" || ordered === "yes";
  const [last = "", ...way] = (CONFIGURED[name] ?? [name]).toReversed();
  if (!node.config.isLoaded) return false;
  const { running } = node.config;
  const holder = descend(running, "devices", "entry", "deviceconfig", "setting", ...way.toReversed());
  return holder !== undefined && childText(holder, last) === "yes";
}

const tellsSetting = (name: string): NodeBehavior => ({
  on: `show.system.setting.${name}`,
  handle: (node) => resultText(isOn(node, name) ? "on" : "off"),
});

export const systemSettingBehaviors: readonly NodeBehavior[] = [
  setsSetting,
  ...Object.keys(CONFIGURED).map(tellsSetting),
];
