import { type Answer, CODES, MALFORMED, renderAnswer } from "../../wire/api/answer.ts";
import { readXml } from "../../wire/xml/read.ts";
import { attribute, elementsOf, type XmlElement } from "../../wire/xml/tree.ts";
import { type Markup, raw, writeXml, xml } from "../../wire/xml/write.ts";
import { parseXPath } from "../../wire/xpath/parse.ts";
import { select } from "../../wire/xpath/select.ts";
import type { Caller, ConfiguredNode } from "../node.ts";
import type { ConfigChange } from "./change.ts";
import { obstacle, toldOf } from "./outcome.ts";
import { readChange } from "./read-change.ts";

const ROOTS = ["multi-config", "multi-configure-request"];

/**
 * Carries out several operations in order, with one answer inside the other. The first failure ends it; with `strict`
 * all uncommitted changes are lost then, also older ones, as on real devices.
 */
export async function multiConfig(
  node: ConfiguredNode,
  source: string,
  strict: boolean,
  caller: Caller,
): Promise<Answer> {
  const reading = readXml(source);
  if (!reading.ok || !ROOTS.includes(reading.root.name)) return MALFORMED;
  const operations = elementsOf(reading.root);
  const planned: (readonly ConfigChange[] | Answer | undefined)[] = operations.map((operation) =>
    plan(node, operation, caller),
  );
  const answers: Markup[] = [];
  for (const [at, step] of planned.entries()) {
    const operation = operations[at];
    if (operation === undefined) break;
    const answer = await run(node, step, operation, caller, strict);
    answers.push(nested(answer, attribute(operation, "id")));
    if (answer.kind === "error") return wrapped("error", CODES.invalidObject, answers);
  }
  return wrapped("success", CODES.written, answers);
}

/** The changes an operation means; an answer when it cannot be carried out; nothing for a `get`. */
function plan(
  node: ConfiguredNode,
  operation: XmlElement,
  caller: Caller,
): readonly ConfigChange[] | Answer | undefined {
  if (operation.name === "get" || operation.name === "show") return undefined;
  const body = writeXml(operation.children).markup;
  const read = readChange(operation.name, (name) => (name === "element" ? body : attribute(operation, name)));
  return read.kind === "refused" ? read.answer : (obstacle(node, read.changes, caller.admin) ?? read.changes);
}

async function run(
  node: ConfiguredNode,
  step: readonly ConfigChange[] | Answer | undefined,
  operation: XmlElement,
  caller: Caller,
  strict: boolean,
): Promise<Answer> {
  if (step === undefined) return get(node, attribute(operation, "xpath") ?? "");
  if (isAnswer(step)) {
    if (strict) await node.config.revert();
    return step;
  }
  const outcomes = await node.config.changeAll(step, caller.admin, node.now(), strict ? "revert" : "keep");
  const last = outcomes.at(-1);
  return last === undefined ? MALFORMED : toldOf(last);
}

const isAnswer = (step: readonly ConfigChange[] | Answer): step is Answer => !Array.isArray(step);

function get(node: ConfiguredNode, source: string): Answer {
  const xpath = parseXPath(source);
  if (xpath === undefined) return MALFORMED;
  return {
    kind: "result",
    body: writeXml(select(node.config.candidate, xpath).map(({ element }) => element)),
    code: CODES.success,
  };
}

function nested(answer: Answer, id: string | undefined): Markup {
  if (answer.kind === "file") return raw("");
  const { markup } = renderAnswer(answer.kind === "error" ? { ...answer, form: "line" } : answer);
  // Behind status and code, as on devices: pan-python shows the attributes in the order they come.
  return id === undefined ? raw(markup) : raw(markup.replace(">", xml` id="${id}">`.markup));
}

const wrapped = (status: "success" | "error", code: number, answers: readonly Markup[]): Answer => ({
  kind: "document",
  body: xml`<response status="${status}" code="${code}">${answers}</response>`,
});
