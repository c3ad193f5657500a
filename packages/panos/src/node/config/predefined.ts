import { element, type XmlElement } from "../../wire/xml/tree.ts";

/** Name, category, subcategory, technology, risk, and the ports it is known by. */
type Application = readonly [
  name: string,
  category: string,
  subcategory: string,
  technology: string,
  risk: number,
  ports: readonly string[],
];

const NETWORKING = "networking";
const SERVER = "client-server";
const BROWSER = "browser-based";

/** The everyday part of the content of a firewall. The real one has some thousand more. */
const APPLICATIONS: readonly Application[] = [
  ["bgp", NETWORKING, "routing", "network-protocol", 1, ["tcp/179"]],
  ["dhcp", NETWORKING, "infrastructure", SERVER, 2, ["udp/67,68"]],
  ["dns", NETWORKING, "infrastructure", "network-protocol", 3, ["tcp/53", "udp/53,5353"]],
  ["facebook-base", "collaboration", "social-networking", BROWSER, 4, ["tcp/80,443"]],
  ["facebook-chat", "collaboration", "instant-messaging", BROWSER, 3, ["tcp/80,443"]],
  ["ftp", "general-internet", "file-sharing", SERVER, 5, ["tcp/21,dynamic"]],
  ["google-base", "general-internet", "internet-utility", BROWSER, 4, ["tcp/80,443"]],
  ["icmp", NETWORKING, "ip-protocol", "network-protocol", 4, []],
  ["ike", NETWORKING, "encrypted-tunnel", SERVER, 2, ["udp/500,4500"]],
  ["ipsec-esp", NETWORKING, "encrypted-tunnel", "network-protocol", 2, []],
  ["kerberos", "business-systems", "auth-service", SERVER, 2, ["tcp/88", "udp/88"]],
  ["ldap", "business-systems", "auth-service", SERVER, 2, ["tcp/389,3268", "udp/389"]],
  ["ms-ds-smb-base", "business-systems", "storage-backup", SERVER, 3, ["tcp/139,445"]],
  ["ms-rdp", NETWORKING, "remote-access", SERVER, 4, ["tcp/3389", "udp/3389"]],
  ["mysql", "business-systems", "database", SERVER, 2, ["tcp/3306"]],
  ["ntp", "business-systems", "general-business", SERVER, 2, ["udp/123", "tcp/123"]],
  ["ping", NETWORKING, "ip-protocol", "network-protocol", 2, []],
  ["sip", "collaboration", "voip-video", "peer-to-peer", 4, ["tcp/5060,5061", "udp/5060"]],
  ["smtp", "collaboration", "email", SERVER, 5, ["tcp/25,587"]],
  ["snmp-base", "business-systems", "management", SERVER, 3, ["udp/161"]],
  ["ssh", NETWORKING, "encrypted-tunnel", SERVER, 4, ["tcp/22"]],
  ["ssl", NETWORKING, "encrypted-tunnel", BROWSER, 4, ["tcp/443"]],
  ["syslog", "business-systems", "management", SERVER, 2, ["udp/514", "tcp/1468,6514"]],
  ["telnet", NETWORKING, "remote-access", SERVER, 2, ["tcp/23"]],
  ["traceroute", NETWORKING, "infrastructure", "network-protocol", 2, ["udp/dynamic"]],
  ["web-browsing", "general-internet", "internet-utility", BROWSER, 4, ["tcp/80"]],
];

/** Containers: they have no traffic of their own. */
const CONTAINERS: readonly (readonly [name: string, functions: readonly string[]])[] = [
  ["facebook", ["facebook-base", "facebook-chat"]],
];

const SERVICES = [
  ["service-http", "80,8080"],
  ["service-https", "443"],
] as const;

const TAGS = [["Sanctioned", "color1"]] as const;

const DEFAULT_RULES = [
  ["intrazone-default", "allow"],
  ["interzone-default", "deny"],
] as const;

const URL_CATEGORIES = [
  "business-and-economy",
  "command-and-control",
  "computer-and-internet-info",
  "malware",
  "news",
  "phishing",
  "search-engines",
  "social-networking",
  "streaming-media",
  "unknown",
] as const;

const entry = (name: string, children: readonly XmlElement[]): XmlElement =>
  element("entry", children, [["name", name]]);
const members = (name: string, values: readonly string[]): XmlElement =>
  element(
    name,
    values.map((value) => element("member", value)),
  );

const application = ([name, category, subcategory, technology, risk, ports]: Application): XmlElement =>
  entry(name, [
    element("category", category),
    element("subcategory", subcategory),
    element("technology", technology),
    element("risk", String(risk)),
    ...(ports.length === 0 ? [] : [element("default", [members("port", ports)])]),
  ]);

/** What every node knows without being told: `/config/predefined`. It is read as part of the configuration, and never belongs to it. */
export const predefined = (): XmlElement =>
  element("predefined", [
    element("application", [
      ...APPLICATIONS.map(application),
      ...CONTAINERS.map(([name, functions]) => entry(name, [members("functions", functions)])),
    ]),
    element(
      "application-container",
      CONTAINERS.map(([name, functions]) => entry(name, [members("functions", functions)])),
    ),
    element(
      "service",
      SERVICES.map(([name, port]) => entry(name, [element("protocol", [element("tcp", [element("port", port)])])])),
    ),
    element("default-security-rules", [
      element(
        "rules",
        DEFAULT_RULES.map(([name, action]) => entry(name, [element("action", action), element("log-end", "no")])),
      ),
    ]),
    element(
      "pan-url-categories",
      URL_CATEGORIES.map((name) => entry(name, [])),
    ),
    element(
      "tag",
      TAGS.map(([name, color]) => entry(name, [element("color", color)])),
    ),
  ]);
