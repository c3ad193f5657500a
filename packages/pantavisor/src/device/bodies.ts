export { bodyChunks, isWhole, parseJsonText, readBytes, readJson, readText } from "../../../kernel/src/network/body.ts";
