import { baseImage, compareVersions, featureIndex, featureRelease } from "./version.ts";

export interface InstallRequest {
  readonly running: string;
  readonly target: string;
  /** Releases whose images are on the disk. */
  readonly images: readonly string[];
  readonly rules: "lenient" | "strict";
  /** Content that runs, such as `8700-7999`. */
  readonly content: string;
  /** Content that releases want, by version or feature release. */
  readonly minContent: Readonly<Record<string, string>>;
}

/** From this feature release on, an upgrade may skip two others. */
const SKIPPING_FROM = featureIndex("10.1");

/** Why an installation fails, in PAN-OS's words; `undefined` when it may go on. Lenient rules want only the image, and content where that is asked for. */
export function installObstacle(request: InstallRequest): string | undefined {
  const { running, target, images, rules } = request;
  if (!images.includes(target)) return `Error: image ${target} is not loaded`;
  const wanted = request.minContent[target] ?? request.minContent[featureRelease(target) ?? ""];
  if (wanted !== undefined && compareContent(request.content, wanted) < 0)
    return `Error: Content version should be ${wanted} or higher to proceed.`;
  if (rules === "lenient") return undefined;
  const from = featureRelease(running);
  const to = featureRelease(target);
  if (to === undefined || featureIndex(to) < 0) return unsupported(running, target);
  if (from === to) return undefined;
  const base = baseImage(to);
  if (target !== base && !images.includes(base)) {
    return `Error: Upgrading from ${running} to ${target} requires a base image of ${base} to be loaded into the software manager first.`;
  }
  const distance = featureIndex(to) - featureIndex(from);
  const reach = compareVersions(target, running) < 0 || featureIndex(from) < SKIPPING_FROM ? 1 : 3;
  return Math.abs(distance) > reach ? unsupported(running, target) : undefined;
}

/** By the numbers of `8700-7999`, one after the other; what is not said counts as 0. */
function compareContent(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split("-").map(Number));
  for (const at of [0, 1]) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const unsupported = (running: string, target: string): string =>
  `Error: Upgrading from ${running} to ${target} is not supported, install an intermediate feature release first.`;
