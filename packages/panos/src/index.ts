export { panos } from "./site/family.ts";
