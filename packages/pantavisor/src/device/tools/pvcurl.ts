import { type Headers, messageOf } from "@understudy/kernel";
import { askControl, type ControlAnswer } from "./control-client.ts";
import type { ToolIo } from "./tool-io.ts";

interface PvcurlOptions {
  socket: string | undefined;
  method: string;
  readonly headers: (readonly [string, string])[];
  data: string | undefined;
  upload: string | undefined;
  output: string | undefined;
  include: boolean;
  writeOut: string | undefined;
  verbose: boolean;
  silent: boolean;
  maxSeconds: number;
  url: string | undefined;
}

const USAGE = `Usage: pvcurl --unix-socket SOCKET [options] URL
  -X METHOD              request method (default GET)
  -H, --header LINE      add a header
  --data, --data-binary TEXT   body
  -T, --upload-file FILE body from a file, - for standard input
  --connect-timeout S, --max-time S
  -o, --output FILE      body to a file
  -i, --include          status line and headers, too
  -w, --write-out TEXT   text behind the body; %{http_code} is the status
  -v, --verbose  -s, --silent  -h, --help
Example: pvcurl --unix-socket /pantavisor/pv-ctrl http://localhost/containers
`;

const DEFAULT_SECONDS = 240;

/** The small HTTP client for control sockets. Resolves to the exit code: 0 for every reply, 1 for none and for wrong usage. */
export async function runPvcurl(argv: readonly string[], io: ToolIo): Promise<number> {
  if (argv.length === 0 || argv[0] === "-h" || argv[0] === "--help") {
    await io.out(USAGE);
    return 0;
  }
  const options = parse(argv);
  if (typeof options === "string") return await complain(io, options);
  if (options.socket === undefined) return options.silent ? 1 : await complain(io, "--unix-socket is required.");
  return await send(options, options.socket, io);
}

async function complain(io: ToolIo, text: string): Promise<number> {
  await io.err(`Error: ${text}\n`);
  return 1;
}

/** The options, or what is wrong with them. The first word that is no option is the URL. */
function parse(argv: readonly string[]): PvcurlOptions | string {
  const options: PvcurlOptions = {
    socket: undefined,
    method: "GET",
    headers: [],
    data: undefined,
    upload: undefined,
    output: undefined,
    include: false,
    writeOut: undefined,
    verbose: false,
    silent: false,
    maxSeconds: DEFAULT_SECONDS,
    url: undefined,
  };
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? "";
    const takes = withValue[word];
    if (takes !== undefined) {
      const value = argv[++at];
      if (value === undefined) return `Option '${word}' needs a value`;
      takes(options, value);
    } else if (flags[word] !== undefined) flags[word](options);
    else if (word.startsWith("-") && word !== "-") return `Unrecognized option '${word}'`;
    else options.url ??= word;
  }
  return options;
}

type Setting = (options: PvcurlOptions, value: string) => void;

const setHeader: Setting = (options, line) => {
  const colon = line.indexOf(":");
  if (colon > 0) options.headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
};
const setData: Setting = (options, value) => {
  options.data = value;
};
const setUpload: Setting = (options, value) => {
  options.upload = value;
};
const setOutput: Setting = (options, value) => {
  options.output = value;
};
const setWriteOut: Setting = (options, value) => {
  options.writeOut = value.replace(/^'(.*)'$/s, "$1");
};

const withValue: Readonly<Record<string, Setting | undefined>> = {
  "--unix-socket": (options, value) => {
    options.socket = value;
  },
  "-X": (options, value) => {
    options.method = value;
  },
  "-H": setHeader,
  "--header": setHeader,
  "--data": setData,
  "--data-binary": setData,
  "-T": setUpload,
  "--upload-file": setUpload,
  "--connect-timeout": () => undefined,
  "--max-time": (options, value) => {
    const seconds = Number(value);
    if (seconds > 0) options.maxSeconds = seconds;
  },
  "-o": setOutput,
  "--output": setOutput,
  "-w": setWriteOut,
  "--write-out": setWriteOut,
};

const flags: Readonly<Record<string, ((options: PvcurlOptions) => void) | undefined>> = {
  "-i": (options) => {
    options.include = true;
  },
  "--include": (options) => {
    options.include = true;
  },
  "-v": (options) => {
    options.verbose = true;
  },
  "--verbose": (options) => {
    options.verbose = true;
  },
  "-s": (options) => {
    options.silent = true;
  },
  "--silent": (options) => {
    options.silent = true;
  },
  "--no-progress-meter": () => undefined,
};

/** The path of a URL; another host than localhost becomes a part of it, as in the original. */
function pathOf(url: string | undefined): string {
  const path = (url ?? "/").replace(/^http:\/\/(localhost)?/, "");
  return path.startsWith("/") ? path : `/${path}`;
}

async function send(options: PvcurlOptions, socket: string, io: ToolIo): Promise<number> {
  const body = await bodyOf(options, io);
  if (typeof body === "string") return options.silent ? 1 : await complain(io, body);
  const path = pathOf(options.url);
  if (options.verbose) await io.err(`* Connecting to ${socket}...\n* > ${options.method} ${path} HTTP/1.0\n`);
  const request = {
    socket,
    method: options.method,
    path,
    headers: options.headers satisfies Headers,
    maxSeconds: options.maxSeconds,
  };
  try {
    const answer = await askControl(io, body === undefined ? request : { ...request, body });
    await show(options, answer, io);
    return 0;
  } catch (error) {
    if (!options.silent) await io.err(`${messageOf(error)}\n`);
    if (options.writeOut !== undefined) await io.out(written(options.writeOut, "000"));
    return 1;
  }
}

/** The body, or why there is none although one was asked for. */
async function bodyOf({ upload, data }: PvcurlOptions, io: ToolIo): Promise<Uint8Array | string | undefined> {
  if (upload === "-") return await io.input();
  if (upload !== undefined) return (await io.read(upload)) ?? `Cannot read ${upload}`;
  return data === undefined ? undefined : new TextEncoder().encode(data);
}

async function show(options: PvcurlOptions, answer: ControlAnswer, io: ToolIo): Promise<void> {
  const line = `HTTP/1.0 ${answer.status}${answer.reason === undefined ? "" : ` ${answer.reason}`}`;
  if (options.verbose) await io.err(`* < ${line}\n`);
  if (options.output !== undefined) await io.write(options.output, answer.body);
  else {
    if (options.include)
      await io.out(`${line}\r\n${answer.headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`);
    await io.out(answer.body);
  }
  if (options.writeOut !== undefined) await io.out(written(options.writeOut, String(answer.status)));
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "\\": "\\" };

const written = (format: string, code: string): string =>
  format.replaceAll("%{http_code}", code).replace(/\\([ntr\\])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
