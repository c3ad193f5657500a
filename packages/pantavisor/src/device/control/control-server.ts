import {
  assertNever,
  gib,
  type HttpAnswer,
  type HttpHandler,
  type HttpReply,
  header,
  type Listener,
  mib,
  type ReceivedRequest,
  targetPath,
  unix,
} from "@understudy/kernel";
import { done, failure, lastFailure, plainText, unsupported } from "../../wire/control/control-reply.ts";
import { type ControlAction, matchControl } from "../../wire/control/routes.ts";
import { runningRevision } from "../../wire/revision-info.ts";
import type { Core } from "../core.ts";
import { CONTROL_SOCKET } from "../layout.ts";
import { type Caller, HOST, type Privilege, privilegeOf } from "./caller.ts";
import { takeCommand } from "./commands.ts";
import { showConfig, showConfigLayers } from "./configuration.ts";
import { controlContainer, listContainers, listGroups, takeSignal } from "./containers.ts";
import type { ControlModel } from "./control-model.ts";
import { collectNow } from "./garbage.ts";
import { deleteMetadata, listDeviceMetadata, listUserMetadata, putMetadata } from "./metadata.ts";
import { getObject, listObjects, putObject } from "./objects.ts";
import { controlDaemon, listDaemons, listDrivers, showGraph, showWakelocks } from "./runtime-parts.ts";
import { getProgress, getStep, listSteps, putCommitMessage, putStep } from "./steps.ts";

const METHODS: ReadonlySet<string> = new Set(["GET", "POST", "HEAD", "PUT", "DELETE"]);
/** What the original answers with 400 instead of 403 to a container that is no manager. */
const METHOD_BEFORE_PRIVILEGE: ReadonlySet<ControlAction> = new Set<ControlAction>([
  "get-object",
  "put-step",
  "delete-user-metadata",
  "delete-device-metadata",
]);
const WRONG_METHOD = failure(400, "Method not supported for this endpoint");
const HEADER_BYTES = mib(1);
const BODY_BYTES = gib(64);

/** Actions on what is neither a container, nor an object, nor a revision. */
type FurtherAction = Exclude<
  ControlAction,
  | "list-containers"
  | "list-groups"
  | "control-container"
  | "signal"
  | "list-objects"
  | "get-object"
  | "put-object"
  | "list-steps"
  | "get-step"
  | "put-step"
  | "get-progress"
  | "put-commit-message"
>;

/** The control socket of one caller. Its replies are made from the device's real state, and from a model of a runtime. */
export class ControlServer implements HttpHandler {
  readonly #core: Core;
  readonly #model: ControlModel;
  readonly #caller: Caller;

  constructor(core: Core, model: ControlModel, caller: Caller) {
    this.#core = core;
    this.#model = model;
    this.#caller = caller;
  }

  get #strict(): boolean {
    return this.#core.settings.compat === "strict";
  }

  handle(request: ReceivedRequest): HttpAnswer | Promise<HttpAnswer> {
    const revision = runningRevision(this.#core.info);
    if (this.#model.isLoaded(revision)) return this.#answer(request);
    return this.#model.load(revision, this.#core.world).then(() => this.#answer(request));
  }

  #answer(request: ReceivedRequest): HttpAnswer | Promise<HttpAnswer> {
    const { now } = this.#core;
    if (!METHODS.has(request.method)) return unsupported(501, now);
    if (!isLocalHost(request)) return this.#strict ? { outcome: "close" } : lastFailure(400, "Bad host", now);
    const whole = inUtf8(targetPath(request.target));
    const query = whole.indexOf("?");
    const path = query < 0 ? whole : whole.slice(0, query);
    if (request.method === "HEAD") return this.#head(request, path);
    const match = matchControl(request.method, path);
    switch (match.kind) {
      case "too-long":
        return failure(414, "URI too long");
      case "part-too-long":
        return failure(400, "Path segment too long");
      case "unknown":
        return failure(400, `unknown endpoint: ${request.target}`);
      case "wrong-method":
        return this.#stranger(match.exact) ?? WRONG_METHOD;
      case "found": {
        const refusal = this.#stranger(match.exact) ?? this.#unprivileged(match.action, match.exact);
        if (refusal !== undefined) return refusal;
        const last = match.parts.at(-1) ?? "";
        const key = this.#strict && query >= 0 ? last + whole.slice(query) : last;
        return this.#act(match.action, match.parts, key, request);
      }
    }
  }

  /** HEAD has the headers of a GET and no body; the strict profile knows no HEAD. */
  #head(request: ReceivedRequest, path: string): HttpAnswer | Promise<HttpAnswer> {
    const { target } = request;
    const isGet = !this.#strict && matchControl("GET", path).kind === "found";
    return isGet ? this.#answer({ ...request, method: "GET", target }) : WRONG_METHOD;
  }

  /** The reply to a container that the running state does not have. */
  #stranger(exact: boolean): HttpReply | undefined {
    if (this.#privilege() !== "unknown") return undefined;
    return failure(500, exact ? "Internal Error" : "Internal error, unknown caller");
  }

  #unprivileged(action: ControlAction, exact: boolean): HttpReply | undefined {
    if (this.#privilege() === "manager" || action === "signal") return undefined;
    if (this.#strict && METHOD_BEFORE_PRIVILEGE.has(action)) return WRONG_METHOD;
    return failure(403, exact ? "Request not sent from a mgmt platform" : "Request not sent from mgmt platform");
  }

  #privilege(): Privilege {
    return privilegeOf(this.#caller, this.#model.state);
  }

  #act(
    action: ControlAction,
    parts: readonly string[],
    key: string,
    request: ReceivedRequest,
  ): HttpReply | Promise<HttpReply> {
    const { strict, core, model } = { strict: this.#strict, core: this.#core, model: this.#model };
    switch (action) {
      case "list-containers":
        return listContainers(model);
      case "list-groups":
        return listGroups(model);
      case "control-container":
        return controlContainer(model, key, request);
      case "signal":
        return takeSignal(core, model, this.#caller, request);
      case "list-objects":
        return listObjects(core);
      case "get-object":
        return getObject(core, key);
      case "put-object":
        return putObject(core, model, key, request);
      case "list-steps":
        return listSteps(core, strict);
      case "get-step":
        return getStep(core, revisionIn(parts, 0));
      case "put-step":
        return putStep(core, revisionIn(parts, 0), request, strict);
      case "get-progress":
        return getProgress(core, revisionIn(parts, 1));
      case "put-commit-message":
        return putCommitMessage(core, revisionIn(parts, 1), request, strict);
      default:
        return this.#actFurther(action, parts, key, request);
    }
  }

  #actFurther(
    action: FurtherAction,
    parts: readonly string[],
    key: string,
    request: ReceivedRequest,
  ): HttpReply | Promise<HttpReply> {
    const { strict, core, model } = { strict: this.#strict, core: this.#core, model: this.#model };
    switch (action) {
      case "list-user-metadata":
        return listUserMetadata(core);
      case "put-user-metadata":
        return putMetadata(core, "user", key, request);
      case "delete-user-metadata":
        return deleteMetadata(core, "user", key);
      case "list-device-metadata":
        return listDeviceMetadata(core);
      case "put-device-metadata":
        return putMetadata(core, "device", key, request);
      case "delete-device-metadata":
        return deleteMetadata(core, "device", key);
      case "build-info":
        return plainText(`pantavisor ${core.settings.profile.version}\n`);
      case "command":
        return takeCommand(core, model, request, strict);
      case "config":
        return showConfig(core, model, strict);
      case "config-layers":
        return showConfigLayers(core, model, strict);
      case "service-graph":
        return showGraph(model);
      case "list-daemons":
        return listDaemons(model);
      case "control-daemon":
        return controlDaemon(model, key, request, strict);
      case "list-drivers":
        return listDrivers(model, this.#caller, strict);
      case "load-drivers":
      case "unload-drivers":
        return done;
      case "load-driver":
      case "unload-driver":
        return parts[1] === undefined ? failure(400, "No driver name") : done;
      case "collect-garbage":
        return collectNow(core, model);
      case "wakelocks":
        return showWakelocks();
      default:
        return assertNever(action);
    }
  }
}

/** The revision in a path's parts after `steps`, without the last `behind` of them. */
const revisionIn = (parts: readonly string[], behind: number): string =>
  parts.slice(1, parts.length - behind).join("/");

/** Request lines come byte by byte as Latin-1; what is UTF-8 is read as such, as keys and names are in the listings. */
function inUtf8(path: string): string {
  if (!/^[\0-\xff]*[\x80-\xff][\0-\xff]*$/.test(path)) return path;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(path, "latin1"));
  } catch {
    return path;
  }
}

/** Absent, empty or `localhost`, with any port; an absolute target must say so, too. */
function isLocalHost(request: ReceivedRequest): boolean {
  const named = (host: string): boolean => host === "" || host.replace(/:\d*$/, "") === "localhost";
  const inTarget = /^[a-z]+:\/\/([^/?]*)/i.exec(request.target)?.[1];
  return named(header(request.headers, "Host") ?? "") && (inTarget === undefined || named(inTarget));
}

/** Serves the host's control socket of this boot. */
export function serveControl(core: Core, model: ControlModel): Promise<Listener> {
  return core.world.network.serve(unix(CONTROL_SOCKET), new ControlServer(core, model, HOST), {
    name: "pv-ctrl",
    http10: "bare",
    requests: "lenient",
    limits: { headerBytes: HEADER_BYTES, bodyBytes: BODY_BYTES },
    refusal: (status) =>
      status === 400 || status === 501
        ? unsupported(status === 400 ? 400 : 501, core.now)
        : failure(status, REFUSALS[status]),
  });
}

const REFUSALS: Readonly<Record<408 | 413 | 431 | 503, string>> = {
  408: "Request timed out",
  413: "Body too large",
  431: "Header too large",
  503: "Too many connections",
};
