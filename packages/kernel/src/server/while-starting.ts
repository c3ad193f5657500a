import { targetPath } from "../network/http.ts";
import type { Network } from "../network/network.ts";
import { jsonReply } from "./reply.ts";

const STARTING = jsonReply({ status: "starting" }, 503);

/**
 * A network whose servers answer `/health` with 503 as long as `isStarting` says so, whatever they say themselves: whoever waits for a
 * cloud waits for its devices as well.
 */
export const unwellWhile = (isStarting: () => boolean, network: Network): Network => ({
  request: (to, request, options) => network.request(to, request, options),
  serve: (at, handler, options) => {
    const isEarly = (target: string): boolean => isStarting() && targetPath(target).split("?")[0] === "/health";
    const handle: typeof handler.handle = (request) => (isEarly(request.target) ? STARTING : handler.handle(request));
    return network.serve(at, { handle }, options);
  },
  dial: (to, protocol, end, options) => network.dial(to, protocol, end, options),
  accept: (at, protocol, host, options) => network.accept(at, protocol, host, options),
});
