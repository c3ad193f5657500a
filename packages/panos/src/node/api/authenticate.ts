import { createHmac } from "node:crypto";
import type { Credentials } from "../../wire/api/request.ts";
import { attribute, childrenNamed, childText, descend } from "../../wire/xml/tree.ts";
import { fitsHash } from "../admin/sha256-crypt.ts";
import type { ConfigEngine } from "../config/config-engine.ts";
import type { ConfiguredNode } from "../node.ts";

/** The administrator whose credentials these are; `undefined` when they are nobody's. */
export function authenticate(node: ConfiguredNode, credentials: Credentials): string | undefined {
  switch (credentials.kind) {
    case "key":
      return ownerOfKey(node, credentials.key);
    case "basic":
      return login(node, credentials.user, credentials.password)?.admin;
    case "none":
      return undefined;
  }
}

/** A login that went well. */
export interface Login {
  readonly admin: string;
  readonly key: string;
}

/**
 * Logs in with name and password: the first user of the scenario gets the lab's key; the other users, and administrators of the
 * configuration, get one that follows from name and password (or its hash), so that it is the same after a restart.
 */
export function login(node: ConfiguredNode, username: string, password: string): Login | undefined {
  const hashed = configuredAdmins(node.config).get(username);
  if (hashed !== undefined && fitsHash(password, hashed))
    return { admin: username, key: keyOf(node, username, hashed) };
  if (hashed !== undefined) return undefined;
  const at = node.settings.users.findIndex((user) => user.username === username && user.password === password);
  if (at < 0) return undefined;
  return { admin: username, key: at === 0 ? node.settings.apiKey : keyOf(node, username, password) };
}

function ownerOfKey(node: ConfiguredNode, key: string): string | undefined {
  if (key === node.settings.apiKey) return node.settings.users[0]?.username ?? "admin";
  const user = node.settings.users.find(({ username, password }) => keyOf(node, username, password) === key);
  if (user !== undefined && !configuredAdmins(node.config).has(user.username)) return user.username;
  for (const [name, hash] of configuredAdmins(node.config)) if (keyOf(node, name, hash) === key) return name;
  return undefined;
}

const keyOf = (node: ConfiguredNode, name: string, hash: string): string =>
  createHmac("sha256", node.settings.apiKey).update(`${name}\n${hash}`).digest("base64url");

/** Administrators of the candidate or running configuration that have a password hash. */
function configuredAdmins(config: ConfigEngine): ReadonlyMap<string, string> {
  const admins = new Map<string, string>();
  if (!config.isLoaded) return admins;
  for (const tree of [config.running, config.candidate]) {
    for (const entry of childrenNamed(descend(tree, "mgt-config", "users") ?? tree, "entry")) {
      const [name, hash] = [attribute(entry, "name"), childText(entry, "phash")];
      if (name !== undefined && hash !== undefined && hash !== "") admins.set(name, hash);
    }
  }
  return admins;
}
