import { startPantahub } from "../site/start-pantahub.ts";

/** A Pantahub in a process of its own, to be killed: `node pantahub-process.ts DATA` prints its URL and runs until then. */
const server = await startPantahub({ data: process.argv[2] ?? "", accounts: [{ nick: "user1", password: "user1" }] });
process.stdout.write(`${server.url}\n`);
