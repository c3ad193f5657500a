import { Type } from "typebox";
import { FORCED_HA, FORCED_PHASES } from "../device/force.ts";

const text = Type.String({ minLength: 1 });
/** Such as `10.1.6-h3`. */
export const versionSchema = Type.String({ pattern: "^\\d+\\.\\d+\\.\\d+(-[a-z]+\\.?\\d*)?$" });
const length = Type.Union([Type.Number({ minimum: 0 }), Type.String({ pattern: "^\\d+(\\.\\d+)?\\s*(ms|s|m|h)?$" })]);
const count = Type.Integer({ minimum: 0 });

const durations = Type.Object(
  {
    /** What is not named follows this profile; default fast. */
    profile: Type.Optional(Type.Union([Type.Literal("fast"), Type.Literal("realistic"), Type.Literal("production")])),
    ...Object.fromEntries(
      ["download", "install", "reboot", "commit", "content", "autocommit"].flatMap((word) => [
        [word, Type.Optional(length)],
        [`${word}_duration`, Type.Optional(length)],
      ]),
    ),
    ha_transition: Type.Optional(length),
    shutdown_delay: Type.Optional(length),
    reconnect_delay: Type.Optional(length),
    preempt_hold: Type.Optional(length),
    monitor_fail_hold: Type.Optional(length),
    tentative_hold: Type.Optional(length),
    /** From when a firewall routes until the session with a BGP peer is established. */
    bgp: Type.Optional(length),
  },
  { additionalProperties: false },
);

/** A profile by name, or durations in seconds or as `10s`. */
export const timingSchema = Type.Union([
  Type.Literal("fast"),
  Type.Literal("realistic"),
  Type.Literal("production"),
  durations,
]);

const user = Type.Object({ username: text, password: text }, { additionalProperties: false });
const license = Type.Object(
  {
    feature: text,
    description: Type.Optional(text),
    expires: Type.Optional(text),
    expired: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);

const asNumber = Type.Integer({ minimum: 1, maximum: 4_294_967_295 });

/** BGP of a firewall, and what is at the other end. The peers stand in its first configuration. */
const bgp = Type.Object(
  {
    /** Default: the management address. */
    router_id: Type.Optional(text),
    /** Default 65000. */
    local_as: Type.Optional(asNumber),
    peers: Type.Array(
      Type.Object(
        {
          name: text,
          remote_as: asNumber,
          /** Default: a router next to one of the data interfaces. */
          address: Type.Optional(text),
          /** Default `EBGP`. */
          group: Type.Optional(text),
          /** Routes the peer tells; in the routing table, besides `route_count`, while the session is established. Default 0. */
          prefixes: Type.Optional(Type.Integer({ minimum: 0, maximum: 16_384 })),
          /** Routes the peer is told. Default 0. */
          advertised: Type.Optional(count),
          /** The peer never answers. */
          down: Type.Optional(Type.Boolean()),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

const panoramaNode = Type.Object(
  {
    serial: Type.Optional(text),
    hostname: Type.Optional(text),
    model: Type.Optional(text),
    current_version: Type.Optional(versionSchema),
    version: Type.Optional(versionSchema),
    ip_address: Type.Optional(text),
    available_versions: Type.Optional(Type.Array(versionSchema)),
    downloaded_versions: Type.Optional(Type.Array(versionSchema)),
    /** There are two Panoramas, primary and secondary; `ha_peer` tells of the second. */
    /** Releases that Panorama can fetch for firewalls, besides the usual ones and those they run. */
    firewall_versions: Type.Optional(Type.Array(versionSchema)),
    firewall_content: Type.Optional(Type.Array(text)),
    ha_enabled: Type.Optional(Type.Boolean()),
    ha_peer: Type.Optional(
      Type.Object(
        {
          serial: Type.Optional(text),
          hostname: Type.Optional(text),
          ip_address: Type.Optional(text),
          /** Default: the ports of the first, plus ten. */
          listen: Type.Optional(
            Type.Object({ http: Type.Optional(text), https: Type.Optional(text) }, { additionalProperties: false }),
          ),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
);

/** What a Panorama and its firewalls have in common, and below `panorama` what Panorama is itself. */
export const panoramaOptions = {
  api_key: Type.Optional(text),
  apiKey: Type.Optional(text),
  users: Type.Optional(Type.Array(user, { minItems: 1 })),
  timing: Type.Optional(timingSchema),
  upgrade_rules: Type.Optional(Type.Union([Type.Literal("lenient"), Type.Literal("strict")])),
  auth_errors: Type.Optional(Type.Union([Type.Literal("modern"), Type.Literal("legacy")])),
  commit_validation: Type.Optional(Type.Union([Type.Literal("lenient"), Type.Literal("strict")])),
  metric_variation: Type.Optional(Type.Boolean()),
  ha_session_sync: Type.Optional(Type.Boolean()),
  /** What authorization codes bring; without it any code brings a feature named after it. */
  auth_codes: Type.Optional(Type.Record(Type.String({ pattern: "^[A-Za-z0-9-]{4,16}$" }), Type.Array(license))),
  /** Content that must run before a release is installed, by version (`11.1.2`) or feature release (`11.1`). */
  min_content: Type.Optional(
    Type.Record(Type.String({ pattern: "^\\d+\\.\\d+" }), Type.String({ pattern: "^\\d+(-\\d+)?$" })),
  ),
  version_hashes: Type.Optional(Type.Record(Type.String(), Type.String())),
  panorama: Type.Optional(panoramaNode),
  /** How many firewalls get listeners of their own; default 500. Those with `listen` always do. */
  direct: Type.Optional(count),
};

/** A Panorama's entry in a lab file. */
export const cloudSchema = Type.Object(panoramaOptions, { additionalProperties: false });

/** A firewall's entry in a lab file or scenario. */
export const deviceSchema = Type.Object(
  {
    serial: Type.Optional(text),
    hostname: Type.Optional(text),
    model: Type.Optional(text),
    version: Type.Optional(versionSchema),
    current_version: Type.Optional(versionSchema),
    ip_address: Type.Optional(text),
    ha_enabled: Type.Optional(Type.Boolean()),
    /** In an active/active pair `active` is the active-primary, `passive` the active-secondary; both spellings are taken. */
    ha_role: Type.Optional(
      Type.Union([
        Type.Literal("active"),
        Type.Literal("passive"),
        Type.Literal("active-primary"),
        Type.Literal("active-secondary"),
        Type.Literal("standalone"),
      ]),
    ),
    /** Default active-passive; both members of a pair have the same. */
    ha_mode: Type.Optional(Type.Union([Type.Literal("active-passive"), Type.Literal("active-active")])),
    ha_peer: Type.Optional(text),
    ha_priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 255 })),
    ha_preemptive: Type.Optional(Type.Boolean()),
    metrics: Type.Optional(
      Type.Object(
        {
          /** How sessions and what follows from them vary with time. Default steady. */
          pattern: Type.Optional(
            Type.Union([
              Type.Literal("steady"),
              Type.Literal("daily"),
              Type.Literal("ramp"),
              Type.Literal("burst"),
              Type.Literal("random-walk"),
            ]),
          ),
          tcp_sessions: Type.Optional(count),
          route_count: Type.Optional(count),
          arp_count: Type.Optional(count),
          disk_space_gb: Type.Optional(Type.Number({ minimum: 0 })),
        },
        { additionalProperties: false },
      ),
    ),
    available_versions: Type.Optional(Type.Array(versionSchema)),
    downloaded_versions: Type.Optional(Type.Array(versionSchema)),
    content_version: Type.Optional(text),
    available_content: Type.Optional(Type.Array(text)),
    device_group: Type.Optional(text),
    template_stack: Type.Optional(text),
    advanced_routing: Type.Optional(Type.Boolean()),
    bgp: Type.Optional(bgp),
    licenses: Type.Optional(Type.Array(license)),
    listen: Type.Optional(
      Type.Object({ http: Type.Optional(text), https: Type.Optional(text) }, { additionalProperties: false }),
    ),
  },
  { additionalProperties: false },
);

/** Arguments of the action `upgrade`. */
export const upgradeSchema = Type.Object(
  {
    version: versionSchema,
    /** Releases to be on the disk besides; they are downloaded first. */
    through: Type.Optional(Type.Array(versionSchema)),
    /** How often jobs and boots are looked at; default 1 s. */
    poll: Type.Optional(length),
    /** For how long a job or a boot may take; default 2 h. */
    patience: Type.Optional(length),
  },
  { additionalProperties: false },
);

/** Arguments of the action `op`: an operational command as XML. */
export const opSchema = Type.Object({ cmd: text }, { additionalProperties: false });

/** Actions that need no arguments, such as `restart`. */
export const orderSchema = Type.Object({}, { additionalProperties: false });

/** What a tester may force a firewall to be; keys as in a scenario. */
export const forceSchema = Type.Object(
  {
    /**
     * `downloading` and `installing` hold until another phase is forced; `online` ends whatever it is doing; `rebooting` takes the
     * usual time; `maintenance`, `offline` and `off` last until somebody forces `online` or switches it on.
     */
    phase: Type.Optional(Type.Union(FORCED_PHASES.map((name) => Type.Literal(name)))),
    ha_state: Type.Optional(Type.Union(FORCED_HA.map((name) => Type.Literal(name)))),
    current_version: Type.Optional(versionSchema),
    content_version: Type.Optional(text),
    disk_space_gb: Type.Optional(Type.Number({ minimum: 0 })),
    tcp_sessions: Type.Optional(count),
    route_count: Type.Optional(count),
    arp_count: Type.Optional(count),
  },
  { additionalProperties: false, minProperties: 1 },
);
