export { edge } from "./site/family.ts";
