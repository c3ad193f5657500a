import { type Headers, header, targetPath } from "@understudy/kernel";
import { type Parameters, parseForm } from "./form.ts";
import { boundaryOf, parseMultipart } from "./multipart.ts";

/** A call of the XML API as it came in, wherever its parameters stood. */
export interface ApiCall {
  readonly parameters: Parameters;
  readonly credentials: Credentials;
  /** What was uploaded, with imports. */
  readonly file?: UploadedFile;
}

export interface UploadedFile {
  readonly name: string;
  readonly content: Uint8Array;
}

/** How a caller proves who it is. */
export type Credentials =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "basic"; readonly user: string; readonly password: string }
  | { readonly kind: "none" };

export type ApiCallReading =
  | { readonly ok: true; readonly call: ApiCall }
  | { readonly ok: false; readonly why: "method" | "malformed" };

/** The path of a request target without its query. */
export function pathOf(target: string): string {
  const path = targetPath(target);
  const query = path.indexOf("?");
  return query < 0 ? path : path.slice(0, query);
}

/** The query of a request target, without the question mark. */
export function queryOf(target: string): string {
  const query = target.indexOf("?");
  const end = target.indexOf("#");
  return query < 0 ? "" : target.slice(query + 1, end < query ? undefined : end);
}

/**
 * Reads a call from query string, form body or multipart body; the body wins on a clash. Other methods than GET and POST
 * are refused. Credentials come from the header `X-PAN-KEY`, the parameter `key`, or Basic authentication, in this order.
 */
export function readApiCall(method: string, target: string, headers: Headers, body: Uint8Array): ApiCallReading {
  if (method !== "GET" && method !== "POST") return { ok: false, why: "method" };
  const query = parseForm(queryOf(target));
  if (query === undefined) return { ok: false, why: "malformed" };
  const posted = method === "POST" && body.byteLength > 0 ? readBody(headers, body) : { parameters: {} };
  if (posted === undefined) return { ok: false, why: "malformed" };
  const parameters = { ...query, ...posted.parameters };
  const file = posted.file === undefined ? {} : { file: posted.file };
  return { ok: true, call: { parameters, credentials: credentialsOf(headers, parameters), ...file } };
}

interface Posted {
  readonly parameters: Parameters;
  readonly file?: UploadedFile;
}

function readBody(headers: Headers, body: Uint8Array): Posted | undefined {
  const type = header(headers, "content-type") ?? "";
  if (!/^multipart\//i.test(type)) {
    const text = utf8(body);
    const parameters = text === undefined ? undefined : parseForm(text.trimEnd());
    return parameters === undefined ? undefined : { parameters };
  }
  const boundary = boundaryOf(type);
  const parts = boundary === undefined ? undefined : parseMultipart(body, boundary);
  if (parts === undefined) return undefined;
  const plain: [string, string][] = [];
  let file: UploadedFile | undefined;
  for (const part of parts) {
    const fileName = part.fileName ?? (part.name === "file" ? part.name : undefined);
    if (fileName !== undefined) {
      file = { name: fileName, content: part.content };
      continue;
    }
    const text = utf8(part.content);
    if (text === undefined) return undefined;
    plain.push([part.name, text]);
  }
  return { parameters: Object.fromEntries(plain), ...(file === undefined ? {} : { file }) };
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined; // TypeError: not UTF-8
  }
}

/** The credentials of a request. */
export function credentialsOf(headers: Headers, parameters: Parameters): Credentials {
  const key = header(headers, "x-pan-key") ?? (Object.hasOwn(parameters, "key") ? parameters.key : undefined);
  if (key !== undefined) return { kind: "key", key };
  const basic = /^Basic\s+([A-Za-z0-9+/_=-]+)\s*$/i.exec(header(headers, "authorization") ?? "")?.[1];
  if (basic === undefined) return { kind: "none" };
  const text = Buffer.from(basic, "base64").toString("utf8");
  const colon = text.indexOf(":");
  return colon < 0 ? { kind: "none" } : { kind: "basic", user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** A parameter's value; `undefined` when it was not given. */
export const parameter = (parameters: Parameters, name: string): string | undefined =>
  Object.hasOwn(parameters, name) ? parameters[name] : undefined;
