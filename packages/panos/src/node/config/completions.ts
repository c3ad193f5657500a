import { type Answer, CODES, refused } from "../../wire/api/answer.ts";
import { attribute, elementsOf } from "../../wire/xml/tree.ts";
import { xml } from "../../wire/xml/write.ts";
import { literal } from "../../wire/xpath/ast.ts";
import { parseXPath } from "../../wire/xpath/parse.ts";
import { select } from "../../wire/xpath/select.ts";

/** What can follow a path: the children that are there, entries by their names. */
export function completions(root: Parameters<typeof select>[0], source: string): Answer {
  const xpath = parseXPath(source);
  if (xpath === undefined) return refused(CODES.badXpath, "Invalid xpath");
  const seen = new Map<string, string>();
  for (const { element } of select(root, xpath)) {
    for (const inner of elementsOf(element)) {
      const name = attribute(inner, "name");
      const step = name === undefined ? inner.name : `${inner.name}[@name=${literal(name)}]`;
      seen.set(name ?? inner.name, `${source.replace(/\/$/, "")}/${step}`);
    }
  }
  const list = [...seen].map(
    ([value, path]) => xml`<completion value="${value}" vxpath="${path}" current="yes" help-string="${value}"/>`,
  );
  return {
    kind: "document",
    body: xml`<response status="success" code="19"><completions>${list}</completions></response>`,
  };
}
