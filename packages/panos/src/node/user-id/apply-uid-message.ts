import type { Instant } from "@understudy/kernel";
import { attribute, child, childrenNamed, elementsOf, textOf, type XmlElement } from "../../wire/xml/tree.ts";
import { type DynamicObjects, MAX_DYNAMIC_ENTRIES, type Tags } from "./dynamic-objects.ts";

/** An entry of a message that could not be carried out as asked. */
export interface UidComplaint {
  /** Element it stood in, such as `register`. */
  readonly kind: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly message: string;
}

export interface UidOutcome {
  readonly objects: DynamicObjects;
  readonly complaints: readonly UidComplaint[];
}

/** Carries out a uid-message as far as it can be: one refused entry does not keep the others back. */
export function applyUidMessage(objects: DynamicObjects, payload: XmlElement, now: Instant, vsys: string): UidOutcome {
  const work = new UidWork(objects, now, vsys);
  for (const part of elementsOf(payload)) work.part(part);
  return { objects: work.objects, complaints: work.complaints };
}

class UidWork {
  objects: DynamicObjects;
  readonly complaints: UidComplaint[] = [];
  readonly #now: Instant;
  readonly #vsys: string;

  constructor(objects: DynamicObjects, now: Instant, vsys: string) {
    this.objects = objects;
    this.#now = now;
    this.#vsys = vsys;
  }

  part(part: XmlElement): void {
    for (const entry of childrenNamed(part, "entry")) {
      switch (part.name) {
        case "login":
          this.#login(entry);
          break;
        case "logout":
          this.#logout(entry);
          break;
        case "groups":
          this.#group(entry);
          break;
        case "register":
        case "unregister":
          this.#ip(part.name, entry);
          break;
        case "register-user":
        case "unregister-user":
          this.#user(part.name, entry);
          break;
        default:
          break; // parts we keep no state for are taken and forgotten
      }
    }
  }

  #login(entry: XmlElement): void {
    const [ip, user] = [attribute(entry, "ip"), attribute(entry, "name")];
    if (ip === undefined || user === undefined) return this.#complain("login", entry, "ip and name are needed");
    if (this.#isFull(this.objects.mappings, ip)) return this.#complain("login", entry, "too many mappings");
    const minutes = Number(attribute(entry, "timeout") ?? 0);
    const timeoutSeconds = Number.isFinite(minutes) && minutes > 0 ? Math.round(minutes * 60) : 0;
    const until = timeoutSeconds === 0 ? 0 : this.#now + timeoutSeconds * 1000;
    this.objects = {
      ...this.objects,
      mappings: { ...this.objects.mappings, [ip]: { user, until, timeoutSeconds, vsys: this.#vsys } },
    };
  }

  #logout(entry: XmlElement): void {
    const ip = attribute(entry, "ip");
    if (ip === undefined || !Object.hasOwn(this.objects.mappings, ip))
      return this.#complain("logout", entry, "delete mapping failed");
    this.objects = { ...this.objects, mappings: without(this.objects.mappings, ip) };
  }

  #group(entry: XmlElement): void {
    const name = attribute(entry, "name");
    if (name === undefined) return this.#complain("groups", entry, "name is needed");
    const members = childrenNamed(child(entry, "members") ?? entry, "entry").map(
      (member) => attribute(member, "name") ?? textOf(member),
    );
    this.objects = { ...this.objects, groups: { ...this.objects.groups, [name]: members } };
  }

  #ip(kind: "register" | "unregister", entry: XmlElement): void {
    const ip = attribute(entry, "ip");
    if (ip === undefined) return this.#complain(kind, entry, "ip is needed");
    const known = this.objects.ips[ip];
    if (kind === "register" && this.#isFull(this.objects.ips, ip))
      return this.#complain(kind, entry, "too many registered addresses");
    const tags = this.#tags(kind, entry, known?.tags);
    const persistent = attribute(entry, "persistent") !== "0";
    const next =
      Object.keys(tags).length === 0
        ? without(this.objects.ips, ip)
        : { ...this.objects.ips, [ip]: { tags, persistent } };
    this.objects = { ...this.objects, ips: next };
  }

  #user(kind: "register-user" | "unregister-user", entry: XmlElement): void {
    const user = attribute(entry, "user");
    if (user === undefined) return this.#complain(kind, entry, "user is needed");
    if (kind === "register-user" && this.#isFull(this.objects.users, user))
      return this.#complain(kind, entry, "too many registered users");
    const tags = this.#tags(
      kind === "register-user" ? "register" : "unregister",
      entry,
      this.objects.users[user],
      kind,
    );
    const next =
      Object.keys(tags).length === 0 ? without(this.objects.users, user) : { ...this.objects.users, [user]: tags };
    this.objects = { ...this.objects, users: next };
  }

  /** The tags after an entry. An unregister without tags takes all away. */
  #tags(kind: "register" | "unregister", entry: XmlElement, known: Tags | undefined, told: string = kind): Tags {
    const members = childrenNamed(child(entry, "tag") ?? { name: "", attributes: [], children: [] }, "member");
    const tags: Record<string, number> = { ...known };
    if (kind === "unregister" && members.length === 0) {
      if (known === undefined) this.#complain(told, entry, "does not exist, ignore unreg");
      return {};
    }
    for (const member of members) {
      const name = textOf(member).trim();
      const has = Object.hasOwn(tags, name);
      if (kind === "register") {
        if (has) this.#complain(told, entry, `tag ${name} already exists, ignore`);
        else tags[name] = untilOf(attribute(member, "timeout"), this.#now);
      } else if (has) delete tags[name];
      else this.#complain(told, entry, `tag ${name} does not exist, ignore unreg`);
    }
    return tags;
  }

  #isFull(record: Readonly<Record<string, unknown>>, key: string): boolean {
    return !Object.hasOwn(record, key) && Object.keys(record).length >= MAX_DYNAMIC_ENTRIES;
  }

  #complain(kind: string, entry: XmlElement, message: string): void {
    this.complaints.push({ kind, attributes: Object.fromEntries(entry.attributes), message });
  }
}

/** A timeout in seconds as an instant; 0: never. */
function untilOf(seconds: string | undefined, now: Instant): number {
  const length = Number(seconds ?? 0);
  return Number.isFinite(length) && length > 0 ? now + length * 1000 : 0;
}

const without = <V>(record: Readonly<Record<string, V>>, key: string): Readonly<Record<string, V>> =>
  Object.hasOwn(record, key) ? Object.fromEntries(Object.entries(record).filter(([other]) => other !== key)) : record;
