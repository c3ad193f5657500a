import { createHash } from "node:crypto";

/** An object's record without access, as lists show it. */
export interface ObjectRecord {
  readonly id: string;
  readonly "storage-id": string;
  readonly owner: string;
  readonly objectname: string;
  readonly sha256sum: string;
  /** Decimal digits. */
  readonly size: string;
  readonly sizeint: number;
  readonly "mime-type": string;
  readonly "time-created": string;
  readonly "time-modified": string;
}

/** An object with the URLs to write and read its content. */
export interface ObjectResource extends ObjectRecord {
  /** Empty when the caller may not write. */
  readonly "signed-puturl": string;
  readonly "signed-geturl": string;
  /** Unix seconds. */
  readonly now: string;
  /** Constant, and ignored by everybody: the URLs live longer. */
  readonly "expire-time": "15";
}

/** What a POST of an object says of it. */
export interface NewObject {
  readonly sha256sum: string;
  readonly objectname: string;
  readonly size: number;
  readonly "mime-type": string;
}

/** Answer header that tells an own object (`object`) from a link to somebody else's public one (`link`). */
export const OBJECT_TYPE_HEADER = "Pantahub-Object-Type";

const SHA256 = /^[0-9a-f]{64}$/;

/** True for 64 lower-case hex digits. */
export const isSha256 = (text: string): boolean => SHA256.test(text);

/** Every owner has an own record of a blob: the record's id is the SHA-256 of `<owner prn>/<sha>`. */
export const storageId = (owner: string, sha256sum: string): string =>
  createHash("sha256").update(`${owner}/${sha256sum}`).digest("hex");

/** Seconds for which a signed URL can be used. */
export const SIGNED_URL_LIFETIME_S = 86_400;

/** Path of signed URLs. The C client looks for this very text in the URL. */
export const LOCAL_S3_PATH = "/local-s3/";
