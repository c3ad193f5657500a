import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** Where a recording is played. */
export interface Stage {
  readonly host: string;
  readonly port: number;
  /** PEM to trust; present = TLS. */
  readonly ca?: string;
}

/** One request and what must come back. */
export interface RecordedExchange {
  readonly name: string;
  readonly request: string;
  readonly status: string;
  readonly headers: readonly string[];
  /** `undefined`: any body. */
  readonly body: string | undefined;
}

/** What came over the wire. */
export interface RawReply {
  readonly status: string;
  readonly head: string;
  readonly body: string;
}

/** Names and values of a recording: `{{name}}` stands for one, `{{name:pattern}}` in a reply takes a new one down. */
export type Values = Map<string, string>;

const PATTERNS: Readonly<Record<string, string>> = {
  time: String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z`,
  incident: String.raw`REST-ERR-ID-\d{19}`,
  any: String.raw`[\s\S]*?`,
};

/**
 * Reads a recording. Exchanges begin with `== name`; the request follows as it goes over the wire (lines end in CR LF up to the
 * empty line, the body is taken as it is, `{{length}}` is its length); after `--` stand the expected status, header lines and,
 * behind an empty line, the body.
 */
export function parseRecording(text: string): readonly RecordedExchange[] {
  const blocks = text.split(/^== /m).slice(1);
  return blocks.map((block) => {
    const [name = "", ...lines] = block.replace(/\n+$/, "").split("\n");
    const middle = lines.indexOf("--");
    if (middle < 0) throw new Error(`The exchange ${name} has no expected reply`);
    const [status = "", ...expected] = lines.slice(middle + 1);
    const gap = expected.indexOf("");
    const headers = gap < 0 ? expected : expected.slice(0, gap);
    const body = gap < 0 ? "" : expected.slice(gap + 1).join("\n");
    return { name, request: lines.slice(0, middle).join("\n"), status, headers, body: body === "*" ? undefined : body };
  });
}

/** Plays a recording from beginning to end, one connection per exchange, and compares every reply. */
export async function replay(recording: string, stage: Stage, values: Values): Promise<void> {
  for (const exchange of parseRecording(recording)) {
    const sent = onTheWire(filled(exchange.request, values, exchange.name));
    const reply = await exchangeBytes(stage, sent);
    compare(exchange, reply, values);
  }
}

/** The bytes of a request: head lines with CR LF, then the body. */
function onTheWire(request: string): Buffer {
  const gap = request.search(/\n\n/);
  const head = gap < 0 ? request.replace(/\n$/, "") : request.slice(0, gap);
  const body = gap < 0 ? "" : request.slice(gap + 2);
  const whole = head.replace("{{length}}", String(Buffer.byteLength(body)));
  return Buffer.from(`${whole.replaceAll("\n", "\r\n")}\r\n\r\n${body}`);
}

function filled(text: string, values: Values, where: string): string {
  return text.replaceAll(/\{\{([\w-]+)\}\}/g, (whole, name: string) => {
    const value = values.get(name);
    if (value === undefined && name !== "length") throw new Error(`${where}: nothing is known of ${name}`);
    return value ?? whole;
  });
}

function compare(exchange: RecordedExchange, reply: RawReply, values: Values): void {
  const problem = (what: string): Error =>
    new Error(`${exchange.name}: ${what}\ngot ${reply.status}\n${reply.head}\n\n${reply.body.slice(0, 2000)}`);
  if (reply.status !== exchange.status) throw problem(`expected status ${exchange.status}`);
  if (/^[^:\r\n]+:[ \t]*\r?$/m.test(reply.head)) throw problem("a header has no value, which the C client cannot read");
  for (const line of exchange.headers) {
    if (!take(line, reply.head, values, "im")) throw problem(`expected the header ${line}`);
  }
  if (exchange.body !== undefined && !take(exchange.body, reply.body, values, ""))
    throw problem(`expected the body ${exchange.body}`);
}

/** Matches a text against a pattern with values in it, and takes new values down. */
function take(pattern: string, text: string, values: Values, flags: string): boolean {
  const names: string[] = [];
  const source = pattern
    .split(/(\{\{[\w-]+(?::(?:[^{}]|\{\d+(?:,\d+)?\})+)?\}\})/)
    .map((part) => sourceOf(part, values, names))
    .join("");
  const match = new RegExp(flags.includes("m") ? `^${source}\\r?$` : `^${source}$`, flags).exec(text);
  if (match === null) return false;
  for (const [at, name] of names.entries()) values.set(name, match[at + 1] ?? "");
  return true;
}

function sourceOf(part: string, values: Values, names: string[]): string {
  const found = /^\{\{([\w-]+)(?::(.+))?\}\}$/.exec(part);
  if (found === null) return literal(part);
  const [, name = "", given] = found;
  const known = values.get(name);
  if (given === undefined) return known === undefined ? `(?:${PATTERNS[name] ?? `!unknown ${name}!`})` : literal(known);
  names.push(name);
  return `(${given})`;
}

const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Sends bytes on a connection of their own and reads the reply, until it is whole or the connection ends. */
export async function exchangeBytes(stage: Stage, sent: Uint8Array): Promise<RawReply> {
  const { host, port, ca } = stage;
  const socket: Socket =
    ca === undefined ? connect(port, host) : connectTls({ host, port, ca, servername: "localhost" });
  const chunks: Buffer[] = [];
  try {
    socket.write(sent);
    for await (const chunk of socket) {
      chunks.push(chunk as Buffer);
      if (isWhole(Buffer.concat(chunks))) break;
    }
  } finally {
    socket.destroy();
  }
  return readReply(Buffer.concat(chunks));
}

function isWhole(bytes: Buffer): boolean {
  const end = bytes.indexOf("\r\n\r\n");
  if (end < 0) return false;
  const head = bytes.subarray(0, end).toString("latin1");
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length !== undefined) return bytes.length >= end + 4 + Number(length);
  if (/^transfer-encoding: *chunked/im.test(head)) return bytes.subarray(-5).toString() === "0\r\n\r\n";
  return false;
}

function readReply(bytes: Buffer): RawReply {
  const end = bytes.indexOf("\r\n\r\n");
  const head = bytes.subarray(0, end < 0 ? undefined : end).toString("latin1");
  const raw = end < 0 ? Buffer.alloc(0) : bytes.subarray(end + 4);
  const body = /^transfer-encoding: *chunked/im.test(head) ? unchunked(raw) : raw;
  return { status: /^HTTP\/1\.[01] (\d+)/.exec(head)?.[1] ?? "no reply", head, body: body.toString() };
}

function unchunked(bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf("\r\n", at);
    const size = line < 0 ? 0 : Number.parseInt(bytes.subarray(at, line).toString(), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
