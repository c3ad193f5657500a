import {
  compileShape,
  type Duration,
  type Family,
  type FaultRule,
  type JsonObject,
  minutes,
  type Shape,
} from "@understudy/kernel";
import type { Static } from "typebox";
import { DURATION_FORMS, parseDuration } from "./duration.ts";
import { familiesAtHome, loadFamily } from "./families.ts";
import type { Lab, LabCloud, LabDevice, LabFleet } from "./lab.ts";
import { type faultShape, fleetShape, labShape } from "./lab-shapes.ts";
import { LocatedYaml } from "./located-yaml.ts";
import { readTimeline } from "./read-timeline.ts";

type LabFile = Static<typeof labShape>;
type FleetEntry = Static<typeof fleetShape>;

/** How long a lab in virtual time runs unless its file says otherwise. */
export const DEFAULT_DURATION: Duration = minutes(10);

const shape = compileShape(labShape);
const FLEET_KEYS = new Set(Object.keys(fleetShape.properties));

/** A lab file as plain data, so that it can be sent to workers. */
export interface LabSource {
  readonly text: string;
  /** Name for error messages. */
  readonly file: string;
  /** URL against which relative modules under `families:` are resolved, mostly that of the file. */
  readonly baseUrl?: string;
}

/**
 * Reads a lab file and checks all of it: its own skeleton, and clouds, devices and actions by their families' shapes.
 * Throws `UsageError("bad-lab-file")` naming file, line, column, key, what was found and what would be accepted.
 */
export async function readLab(source: LabSource): Promise<Lab> {
  const yaml = LocatedYaml.parse(source.text, source.file);
  try {
    return await new LabReader(yaml, source).read(shape.parse(yaml.value ?? {}, "lab"));
  } catch (error) {
    throw yaml.located(error);
  }
}

class LabReader {
  readonly #yaml: LocatedYaml;
  readonly #source: LabSource;
  readonly #families = new Map<string, Family>();
  readonly #shapes = new Map<object, Shape<unknown>>();

  constructor(yaml: LocatedYaml, source: LabSource) {
    this.#yaml = yaml;
    this.#source = source;
  }

  async read(file: LabFile): Promise<Lab> {
    for (const [name, module] of Object.entries(file.families ?? {})) await this.#family(name, this.#resolve(module));
    for (const [at, fleet] of (file.fleets ?? []).entries()) await this.#familyOfFleet(fleet.family, at);
    const clouds = await this.#clouds(file);
    const fleets = (file.fleets ?? []).map((entry, at) => this.#fleet(entry, at, clouds, file.timing));
    return {
      seed: file.seed ?? 1,
      duration: this.#duration(file.duration, "duration") ?? DEFAULT_DURATION,
      clouds,
      fleets,
      faults: (file.faults ?? []).map((rule, at) => this.#fault(rule, `faults[${at}]`)),
      timeline: readTimeline(file.timeline ?? [], {
        yaml: this.#yaml,
        families: [...this.#families.values()],
        fault: (rule, where) => this.#fault(rule, where),
        check: (schema, value, where) => this.#check(schema, value, where),
      }),
      families: this.#families,
    };
  }

  #resolve(module: string): string {
    return /^\.{0,2}\//.test(module) && this.#source.baseUrl !== undefined
      ? new URL(module, this.#source.baseUrl).href
      : module;
  }

  async #family(name: string, module?: string): Promise<Family> {
    const known = this.#families.get(name) ?? (await loadFamily(name, module));
    this.#families.set(name, known);
    return known;
  }

  async #familyOfFleet(name: string, at: number): Promise<void> {
    if (!this.#families.has(name) && !familiesAtHome.includes(name)) {
      throw this.#yaml.problem(
        `fleets[${at}].family`,
        JSON.stringify(name),
        `one of ${[...familiesAtHome, ...this.#families.keys()].join(", ")}; name the module of any other under families:`,
      );
    }
    await this.#family(name);
  }

  /** The clouds of the file, and one more for each family of a fleet that names none and has none. */
  async #clouds(file: LabFile): Promise<readonly LabCloud[]> {
    const clouds: LabCloud[] = [];
    for (const [kind, entry] of Object.entries(file.clouds ?? {})) {
      const family = await this.#familyOfCloud(kind);
      const several = Array.isArray(entry);
      for (const [at, options] of (several ? entry : [entry ?? {}]).entries()) {
        const where = several ? `lab.clouds.${kind}[${at}]` : `lab.clouds.${kind}`;
        const { name, ...rest } = options as JsonObject; // shape-checked: an object from YAML
        this.#check(family.schemas.cloud, rest, where);
        clouds.push({
          name: typeof name === "string" ? name : kind,
          family,
          options: this.#timed(family.schemas.cloud, rest, file.timing),
        });
      }
    }
    for (const fleet of file.fleets ?? []) {
      const family = this.#known(fleet.family);
      if (fleet.cloud !== undefined || clouds.some((cloud) => cloud.family === family)) continue;
      clouds.push({ name: family.cloudKind, family, options: this.#timed(family.schemas.cloud, {}, file.timing) });
    }
    return clouds;
  }

  async #familyOfCloud(kind: string): Promise<Family> {
    const loaded = [...this.#families.values()].find((family) => family.cloudKind === kind);
    if (loaded !== undefined) return loaded;
    for (const name of familiesAtHome) {
      const family = await loadFamily(name);
      if (family.cloudKind === kind) return this.#family(name);
    }
    throw this.#yaml.problem(
      `clouds.${kind}`,
      "an unknown kind of cloud",
      "pantahub, panorama, edge-cloud, or the kind of a family named under families:",
    );
  }

  #fleet(entry: FleetEntry, at: number, clouds: readonly LabCloud[], timing: unknown): LabFleet {
    const family = this.#known(entry.family);
    const options = Object.fromEntries(Object.entries(entry).filter(([key]) => !FLEET_KEYS.has(key))) as JsonObject;
    const devices = entry.devices?.map((device, n) =>
      this.#device(family, { ...options, ...(device as JsonObject) }, `lab.fleets[${at}].devices[${n}]`, timing),
    );
    if (devices === undefined) this.#check(family.schemas.device, options, `lab.fleets[${at}]`);
    const cloud = entry.cloud ?? clouds.find((known) => known.family === family)?.name;
    if (!clouds.some((known) => known.name === cloud && known.family === family)) {
      const names = clouds.filter((known) => known.family === family).map((known) => known.name);
      throw this.#yaml.problem(
        `fleets[${at}].cloud`,
        JSON.stringify(cloud),
        `the name of a ${family.cloudKind}: ${names.join(", ") || "none is there"}`,
      );
    }
    return {
      name: entry.name ?? (at === 0 ? family.name : `${family.name}-${at}`),
      family,
      cloud,
      decide: entry.decide ?? {},
      options: this.#timed(family.schemas.device, options, timing),
      count: devices?.length ?? entry.count ?? 1,
      ...(devices === undefined ? {} : { devices }),
    };
  }

  #device(family: Family, whole: JsonObject, where: string, timing: unknown): LabDevice {
    const { id, ...options } = whole;
    this.#check(family.schemas.device, options, where);
    return { options: this.#timed(family.schemas.device, options, timing), ...(typeof id === "string" ? { id } : {}) };
  }

  /** The lab's `timing` goes to everyone whose shape knows it and who does not say otherwise. */
  #timed(schema: object, options: JsonObject, timing: unknown): JsonObject {
    const knows =
      "properties" in schema &&
      typeof schema.properties === "object" &&
      schema.properties !== null &&
      "timing" in schema.properties;
    return timing === undefined || !knows || "timing" in options
      ? options
      : { ...options, timing: timing as JsonObject };
  }

  #fault(rule: Static<typeof faultShape>, where: string): FaultRule {
    const { delay, ...rest } = rule;
    const known = rest.family === undefined ? [] : this.#known(rest.family).operations;
    if (rest.family !== undefined && !/[*?]/.test(rest.operation) && !known.includes(rest.operation)) {
      throw this.#yaml.problem(`${where}.operation`, JSON.stringify(rest.operation), `one of ${known.join(", ")}`);
    }
    const wait = this.#duration(delay, `${where}.delay`);
    return wait === undefined ? rest : { ...rest, delay: wait };
  }

  #duration(value: string | number | undefined, where: string): Duration | undefined {
    if (value === undefined) return undefined;
    const duration = parseDuration(value);
    if (duration === undefined) throw this.#yaml.problem(where, JSON.stringify(value), DURATION_FORMS);
    return duration;
  }

  #known(name: string): Family {
    const known = this.#families.get(name);
    if (known === undefined)
      throw this.#yaml.problem("fleets", `the family ${name}`, [...this.#families.keys()].join(", "));
    return known;
  }

  #check(schema: Family["schemas"]["cloud"], value: unknown, where: string): void {
    const compiled = this.#shapes.get(schema) ?? compileShape(schema);
    this.#shapes.set(schema, compiled);
    compiled.parse(value, where);
  }
}
