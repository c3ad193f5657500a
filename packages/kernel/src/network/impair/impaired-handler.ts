import { bodyLength } from "../body.ts";
import type { HttpAnswer, HttpHandler, HttpReply, ReceivedRequest } from "../http.ts";
import type { Line } from "./line.ts";
import type { LinkConditions } from "./link-conditions.ts";
import { drawFate, type LinkFate } from "./link-fate.ts";
import { pause } from "./pause.ts";

/** A stand-in's own handler behind its line: what others ask of it comes down, its replies go up. */
export class ImpairedHandler implements HttpHandler {
  readonly #line: Line;
  readonly #handler: HttpHandler;

  constructor(line: Line, handler: HttpHandler) {
    this.#line = line;
    this.#handler = handler;
  }

  handle(request: ReceivedRequest): HttpAnswer | Promise<HttpAnswer> {
    const { conditions } = this.#line;
    return conditions === undefined ? this.#handler.handle(request) : this.#impaired(request, conditions);
  }

  async #impaired(request: ReceivedRequest, conditions: LinkConditions): Promise<HttpAnswer> {
    const line = this.#line;
    if (conditions.partition) return { outcome: "hang" };
    const fate = drawFate(conditions, line.chance);
    await pause(line.time, line.passage("down", line.bytesOf("down", request.body)));
    if (fate.kind === "lost" && fate.side === "request") return { outcome: "hang" };
    if (fate.kind === "reset" && fate.side === "request") return { outcome: "reset" };
    const answer = await this.#handler.handle({ ...request, body: line.paced("down", request.body) });
    if ("outcome" in answer) return answer;
    await pause(line.time, line.passage("up", line.bytesOf("up", answer.body)));
    return line.cut ? { outcome: "hang" } : answered(line, answer, fate);
  }
}

function answered(line: Line, answer: HttpReply, fate: LinkFate): HttpAnswer {
  switch (fate.kind) {
    case "lost":
      return { outcome: "hang" };
    case "reset":
      return { outcome: "reset" };
    case "truncated": {
      const reply = { ...answer, body: line.paced("up", answer.body) };
      return { outcome: "truncate", reply, after: Math.floor(fate.share * (bodyLength(answer.body) ?? 0)) };
    }
    case "error": // only what the stand-in asks for is answered on the way
    case "pass":
      return { ...answer, body: line.paced("up", answer.body) };
  }
}
