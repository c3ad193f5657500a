export { pantavisor } from "./site/pantavisor.ts";
