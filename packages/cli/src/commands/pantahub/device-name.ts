/** The id in a PRN; other names of devices are what they are. */
export const idIn = (name: string): string => (name.startsWith("prn:") ? (name.split("/").at(-1) ?? name) : name);
