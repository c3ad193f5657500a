import type { XmlElement } from "../../wire/xml/tree.ts";

/** Why a change of the configuration is not made, in PAN-OS's words. */
export interface Refusal {
  readonly code: number;
  readonly lines: readonly string[];
}

/** What a change comes to. `absent`: there was nothing to delete, which is no error. */
export type Edited =
  | { readonly kind: "changed"; readonly root: XmlElement }
  | { readonly kind: "absent" }
  | { readonly kind: "refused"; readonly refusal: Refusal };

export const changed = (root: XmlElement): Edited => ({ kind: "changed", root });
export const ABSENT: Edited = Object.freeze({ kind: "absent" });
export const refuse = (code: number, ...lines: readonly string[]): Edited => ({
  kind: "refused",
  refusal: { code, lines },
});
