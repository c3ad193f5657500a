import { createRequire, findPackageJSON } from "node:module";

// Searched for: bundled, this module lies in another folder.
const manifest: unknown = createRequire(import.meta.url)(findPackageJSON(import.meta.url) ?? "../package.json");

/** The version of this package. */
export const version: string =
  typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : "unknown";
