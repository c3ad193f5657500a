import type { Logger } from "./logger.ts";

const nothing = (): void => {};

/** Drops every line; texts are never put together. One object serves all. */
export const silentLogger: Logger = Object.freeze({ debug: nothing, info: nothing, warn: nothing, error: nothing });
