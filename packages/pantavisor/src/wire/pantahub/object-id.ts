/** Source of the unpredictable part of ids: uniform integers, both ends included. */
export interface IdChance {
  integer(from: number, to: number): number;
}

const WORD = 0xffff_ffff;

/** 24 lower-case hex digits: four bytes of seconds since 1970, eight bytes of chance. */
export function mintId(nowMs: number, chance: IdChance): string {
  return hex(Math.floor(nowMs / 1000) % (WORD + 1)) + hex(chance.integer(0, WORD)) + hex(chance.integer(0, WORD));
}

const hex = (word: number): string => word.toString(16).padStart(8, "0");

const ID = /^[0-9a-f]{24}$/;

/** True for 24 lower-case hex digits. */
export const isId = (text: string): boolean => ID.test(text);
