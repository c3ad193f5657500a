import { type Family, messageOf, UsageError } from "@understudy/kernel";

type Module = Readonly<Record<string, unknown>>;

/** The families that come with the house, by name; loaded when a lab names them. */
const AT_HOME: Readonly<Record<string, () => Promise<Module>>> = {
  pantavisor: () => import("@understudy/pantavisor"),
  panos: () => import("@understudy/panos"),
  edge: () => import("@understudy/edge"),
};

/** Names that need no module of their own in a lab file. */
export const familiesAtHome: readonly string[] = Object.keys(AT_HOME);

/**
 * Loads a family by name. `module` says where from for families that do not come with the house: a package name, or the URL
 * of a file. The module exports the family under its own name, as `family`, or as default.
 */
export async function loadFamily(name: string, module?: string): Promise<Family> {
  const exported = await load(name, module);
  const family = [exported[name], exported.family, exported.default].find(isFamily);
  if (family === undefined || family.name !== name) {
    throw new UsageError(
      "bad-family",
      `The module ${module ?? name} exports no family called ${name} (looked under ${name}, family and default).`,
      { name, module },
    );
  }
  return family;
}

async function load(name: string, module: string | undefined): Promise<Module> {
  const atHome = AT_HOME[name];
  if (module === undefined && atHome !== undefined) return atHome();
  if (module === undefined) {
    throw new UsageError(
      "unknown-family",
      `There is no family called ${name}. At home are ${familiesAtHome.join(", ")}; name the module of any other under families: in the lab file.`,
      { name },
    );
  }
  try {
    return (await import(module)) as Module; // a module namespace is a record
  } catch (error) {
    throw new UsageError(
      "bad-family",
      `The module ${module} of family ${name} cannot be loaded: ${messageOf(error)}`,
      { name, module },
      { cause: error },
    );
  }
}

function isFamily(value: unknown): value is Family {
  if (typeof value !== "object" || value === null) return false;
  const { name, createCloud, createDevice, schemas, ports } = value as Partial<Family>; // any object may lack any of them
  return (
    typeof name === "string" &&
    typeof createCloud === "function" &&
    typeof createDevice === "function" &&
    schemas !== undefined &&
    ports !== undefined
  );
}
