import type { Network } from "@understudy/kernel";

/**
 * A network whose HTTP goes over sockets and whose channels stay in the process: clients from outside reach every API, while
 * ten thousand connections of firewalls to their Panorama cost no sockets.
 */
export const splitNetwork = (http: Network, channels: Network): Network => ({
  request: (to, request, options) => http.request(to, request, options),
  serve: (at, handler, options) => http.serve(at, handler, options),
  dial: (to, protocol, end, options) => channels.dial(to, protocol, end, options),
  accept: (at, protocol, host, options) => channels.accept(at, protocol, host, options),
});
