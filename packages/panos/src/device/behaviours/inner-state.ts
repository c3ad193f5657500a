import { innerState } from "../../node/behaviours/resources.ts";
import type { Behavior } from "../../node/node.ts";
import { result, resultText } from "../../wire/api/answer.ts";
import { argumentText } from "../../wire/api/command.ts";
import { block } from "../../wire/xml/write.ts";
import { interfacesOf } from "../interfaces.ts";
import type { RunningFirewall } from "../running-firewall.ts";

/** Interfaces on one line, as clients take it apart. */
function interfaceConfig(firewall: RunningFirewall): string {
  const all = interfacesOf(firewall).map(({ name, mac, mtu }) => `'${name}': { 'hwaddr': ${mac}, 'mtu': ${mtu}, }`);
  return `sw.dev.interface.config: { ${all.join(", ")}, }\n`;
}

export const innerStateBehaviors: readonly Behavior<RunningFirewall>[] = [
  {
    on: "show.system.state.filter",
    handle: (firewall, command) => {
      const filter = argumentText(command);
      const told = filter === "sw.dev.interface.config" ? interfaceConfig(firewall) : innerState(firewall, filter);
      return told === undefined ? resultText("NO_MATCHES") : result(block(told));
    },
  },
];
