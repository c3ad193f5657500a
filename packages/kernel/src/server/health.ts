import { messageOf } from "../errors/understudy-error.ts";
import type { HttpReply } from "../network/http.ts";
import { jsonReply } from "./reply.ts";

/** Says how one part is: nothing or a text when it is well; throws when it is not. */
export type HealthCheck = () => string | undefined | Promise<string | undefined>;
export type HealthChecks = Readonly<Record<string, HealthCheck>>;

/** What `GET /health` says. */
export interface HealthReport {
  readonly status: "ok" | "failing";
  readonly server: string;
  readonly checks: Readonly<Record<string, { readonly status: "ok" | "failing"; readonly text?: string }>>;
}

/** Asks all checks. */
export async function examine(server: string, checks: HealthChecks): Promise<HealthReport> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await ask(check)] as const),
  );
  const failing = results.some(([, result]) => result.status === "failing");
  return { status: failing ? "failing" : "ok", server, checks: Object.fromEntries(results) };
}

/** 200 when all is well, else 503. */
export const healthReply = (report: HealthReport): HttpReply => jsonReply(report, report.status === "ok" ? 200 : 503);

async function ask(check: HealthCheck): Promise<HealthReport["checks"][string]> {
  try {
    const text = await check();
    return { status: "ok", ...(text !== undefined && { text }) };
  } catch (error) {
    return { status: "failing", text: messageOf(error) };
  }
}
