import process from "node:process";

// An `import` of these runs at every start, and reads all they export: with node:http, a WebSocket client of 10 MB.

/** `node:http`, loaded when it is first asked for. */
export const nodeHttp = (): typeof import("node:http") => process.getBuiltinModule("node:http");

/** `node:tls`, loaded when it is first asked for: a device that speaks plain HTTP does without its 4 MB. */
export const nodeTls = (): typeof import("node:tls") => process.getBuiltinModule("node:tls");
