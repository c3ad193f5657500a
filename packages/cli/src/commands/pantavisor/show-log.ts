import { resolve } from "node:path";
import { type Network, unix } from "@understudy/kernel";
import { BUS_SOCKET, type BusFrame, busMessage, busProtocol, linesOfBus } from "@understudy/pantavisor";

/** Shows every line of a running device's log from now on, until the device ends or reboots. */
export function showLog(network: Network, storage: string, line: (text: string) => void): void {
  const reader = {
    frame: (_channel: unknown, { message }: BusFrame): void => {
      if (message?.type !== "log_message") return;
      for (const text of linesOfBus({ ...message, type: "render_log" }, {})) line(`[DEBUG] ${text}`);
    },
    closed: (): void => undefined,
  };
  network.dial(unix(resolve(storage, BUS_SOCKET)), busProtocol, reader).then(
    (channel) => channel.send({ style: "frames", message: busMessage("logger", "core", "subsystem_init") }),
    () => undefined, // the device has gone again
  );
}
