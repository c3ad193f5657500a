import type { RandomStream } from "@understudy/kernel";
import { ADJECTIVES, ADVERBS, NOUNS } from "./words.ts";

const LETTERS_AND_DIGITS = "abcdefghijklmnopqrstuvwxyz0123456789";

/** Three random words, such as `kindly_one_cat` with `_` or `firmly-good-fox` with `-`. */
export const threeWords = (chance: RandomStream, between: "_" | "-"): string =>
  [chance.pick(ADVERBS), chance.pick(ADJECTIVES), chance.pick(NOUNS)].join(between);

/** `count` random characters of `[a-z0-9]`. */
export function randomText(chance: RandomStream, count: number): string {
  let text = "";
  while (text.length < count) text += LETTERS_AND_DIGITS[chance.integer(0, LETTERS_AND_DIGITS.length - 1)];
  return text;
}
