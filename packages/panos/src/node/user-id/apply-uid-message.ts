import type { Instant } from "@understudy/kernel";
import { attribute, child, childrenNamed, elementsOf, textOf, type XmlElement } from "../../wire/xml/tree.ts";
import {
  type DynamicObjects,
  MAX_DYNAMIC_ENTRIES,
  type RegisteredIp,
  type Tags,
  type UserMapping,
} from "./dynamic-objects.ts";

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
  readonly #before: DynamicObjects;
  readonly #ips: Draft<RegisteredIp>;
  readonly #users: Draft<Tags>;
  readonly #mappings: Draft<UserMapping>;
  readonly #groups: Draft<readonly string[]>;
  readonly complaints: UidComplaint[] = [];
  readonly #now: Instant;
  readonly #vsys: string;

  constructor(objects: DynamicObjects, now: Instant, vsys: string) {
    this.#before = objects;
    this.#ips = new Draft(objects.ips);
    this.#users = new Draft(objects.users);
    this.#mappings = new Draft(objects.mappings);
    this.#groups = new Draft(objects.groups);
    this.#now = now;
    this.#vsys = vsys;
  }

  /** What the message has made of the objects. */
  get objects(): DynamicObjects {
    return {
      ...this.#before,
      ips: this.#ips.record,
      users: this.#users.record,
      mappings: this.#mappings.record,
      groups: this.#groups.record,
    };
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
    if (isFull(this.#mappings, ip)) return this.#complain("login", entry, "too many mappings");
    const minutes = Number(attribute(entry, "timeout") ?? 0);
    const timeoutSeconds = Number.isFinite(minutes) && minutes > 0 ? Math.round(minutes * 60) : 0;
    const until = timeoutSeconds === 0 ? 0 : this.#now + timeoutSeconds * 1000;
    this.#mappings.set(ip, { user, until, timeoutSeconds, vsys: this.#vsys });
  }

  #logout(entry: XmlElement): void {
    const ip = attribute(entry, "ip");
    if (ip === undefined || this.#mappings.get(ip) === undefined)
      return this.#complain("logout", entry, "delete mapping failed");
    this.#mappings.delete(ip);
  }

  #group(entry: XmlElement): void {
    const name = attribute(entry, "name");
    if (name === undefined) return this.#complain("groups", entry, "name is needed");
    const members = childrenNamed(child(entry, "members") ?? entry, "entry").map(
      (member) => attribute(member, "name") ?? textOf(member),
    );
    if (isFull(this.#groups, name)) return this.#complain("groups", entry, "too many groups");
    this.#groups.set(name, members);
  }

  #ip(kind: "register" | "unregister", entry: XmlElement): void {
    const ip = attribute(entry, "ip");
    if (ip === undefined) return this.#complain(kind, entry, "ip is needed");
    const known = this.#ips.get(ip);
    if (kind === "register" && isFull(this.#ips, ip))
      return this.#complain(kind, entry, "too many registered addresses");
    const tags = this.#tags(kind, entry, known?.tags);
    const persistent = attribute(entry, "persistent") !== "0";
    if (Object.keys(tags).length === 0) this.#ips.delete(ip);
    else this.#ips.set(ip, { tags, persistent });
  }

  #user(kind: "register-user" | "unregister-user", entry: XmlElement): void {
    const user = attribute(entry, "user");
    if (user === undefined) return this.#complain(kind, entry, "user is needed");
    if (kind === "register-user" && isFull(this.#users, user))
      return this.#complain(kind, entry, "too many registered users");
    const tags = this.#tags(kind === "register-user" ? "register" : "unregister", entry, this.#users.get(user), kind);
    if (Object.keys(tags).length === 0) this.#users.delete(user);
    else this.#users.set(user, tags);
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

  #complain(kind: string, entry: XmlElement, message: string): void {
    this.complaints.push({ kind, attributes: Object.fromEntries(entry.attributes), message });
  }
}

/** A timeout in seconds as an instant; 0: never. */
function untilOf(seconds: string | undefined, now: Instant): number {
  const length = Number(seconds ?? 0);
  return Number.isFinite(length) && length > 0 ? now + length * 1000 : 0;
}

/** A record that is copied once, when its first entry changes. */
class Draft<V> {
  readonly #base: Readonly<Record<string, V>>;
  #map: Map<string, V> | undefined;

  constructor(base: Readonly<Record<string, V>>) {
    this.#base = base;
  }

  get record(): Readonly<Record<string, V>> {
    return this.#map === undefined ? this.#base : Object.fromEntries(this.#map);
  }

  get size(): number {
    return this.#own().size;
  }

  get(key: string): V | undefined {
    return this.#map === undefined && !Object.hasOwn(this.#base, key) ? undefined : this.#own().get(key);
  }

  set(key: string, value: V): void {
    this.#own().set(key, value);
  }

  delete(key: string): void {
    if (this.get(key) !== undefined) this.#own().delete(key);
  }

  #own(): Map<string, V> {
    this.#map ??= new Map(Object.entries(this.#base));
    return this.#map;
  }
}

const isFull = (draft: Draft<unknown>, key: string): boolean =>
  draft.get(key) === undefined && draft.size >= MAX_DYNAMIC_ENTRIES;
