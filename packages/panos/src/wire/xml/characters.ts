/** True for characters that XML 1.0 allows nowhere: most control characters, U+FFFE, U+FFFF and lone surrogates. */
const FORBIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const EVERY_FORBIDDEN = new RegExp(FORBIDDEN.source, "g");
const PLAIN_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const NAME = /^[A-Za-z_:\u0080-\ud7ff\uf900-\ufffd][A-Za-z0-9_:.\-\u0080-\ud7ff\uf900-\ufffd]*$/;

export const hasForbidden = (text: string): boolean => FORBIDDEN.test(text);
export const withoutForbidden = (text: string): string =>
  FORBIDDEN.test(text) ? text.replace(EVERY_FORBIDDEN, "") : text;
/** Whether a text can be the name of an element or attribute. */
export const isXmlName = (text: string): boolean => PLAIN_NAME.test(text) || NAME.test(text);
/** Whether a code point may be written as a character reference. */
export function isXmlCodePoint(code: number): boolean {
  if (code < 0x20) return code === 9 || code === 10 || code === 13;
  return code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) && code !== 0xfffe && code !== 0xffff;
}

const SPECIAL_IN_TEXT = /[&<>\r]/;
const SPECIAL_IN_ATTRIBUTE = /[&<>"\r\n\t]/;
const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#13;",
  "\n": "&#10;",
  "\t": "&#9;",
};

/** Text as it may stand between tags. Forbidden characters are dropped. */
export function escapeText(text: string): string {
  const clean = withoutForbidden(text);
  return SPECIAL_IN_TEXT.test(clean) ? clean.replace(/[&<>\r]/g, (c) => ESCAPES[c] ?? c) : clean;
}

/** Text as it may stand between the double quotes of an attribute. Forbidden characters are dropped. */
export function escapeAttribute(text: string): string {
  const clean = withoutForbidden(text);
  return SPECIAL_IN_ATTRIBUTE.test(clean) ? clean.replace(/[&<>"\r\n\t]/g, (c) => ESCAPES[c] ?? c) : clean;
}
