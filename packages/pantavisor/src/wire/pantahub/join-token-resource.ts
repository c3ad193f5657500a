import type { JsonObject } from "@understudy/kernel";

/** A join token as Pantahub shows it. `token`, the secret part, appears only in the answer to its creation. */
export interface JoinTokenResource {
  readonly id: string;
  readonly prn: string;
  readonly nick: string;
  readonly owner: string;
  /** Padded base64 of 24 bytes. */
  readonly token?: string;
  readonly "default-user-meta": JsonObject | null;
  readonly disabled: boolean;
  readonly "time-created": string;
  readonly "time-modified": string;
}

/** 24 bytes in padded base64: 32 characters (the C client has room for 64). */
export const isJoinToken = (text: string): boolean => /^[A-Za-z0-9+/]{32}$/.test(text);
