/** A Pantahub resource name, such as `prn:::devices:/65f0c1a2b3c4d5e6f7a8b9c0`. */
export type Prn = string;

export const devicePrn = (id: string): Prn => `prn:::devices:/${id}`;
export const accountPrn = (id: string): Prn => `prn:::accounts:/${id}`;
export const sessionPrn = (id: string): Prn => `prn:::sessions:/${id}`;
export const joinTokenPrn = (id: string): Prn => `prn:::devices-tokens:/${id}`;
export const apiTokenPrn = (id: string): Prn => `prn:::auth-tokens:/${id}`;
/** Accounts that a server has from its configuration. */
export const builtInPrn = (nick: string): Prn => `prn:pantahub.com:auth:/${nick}`;
export const anonymousPrn = (id: string): Prn => `prn:pantahub.com:auth:/anon-${id}`;

/** User name of those who log in without an account. */
export const ANONYMOUS_LOGIN: Prn = "prn:pantahub.com:auth:/anon";

export const isAnonymousPrn = (prn: Prn): boolean => prn.startsWith("prn:pantahub.com:auth:/anon-");

const DEVICE_PREFIX = devicePrn("");

/** Everything after the first slash; the empty string when there is none. */
export function prnId(prn: Prn): string {
  const slash = prn.indexOf("/");
  return slash < 0 ? "" : prn.slice(slash + 1);
}

/** The id of a device PRN; `undefined` for any other text. */
export function deviceIdOf(prn: string): string | undefined {
  return prn.startsWith(DEVICE_PREFIX) ? prn.slice(DEVICE_PREFIX.length) : undefined;
}
