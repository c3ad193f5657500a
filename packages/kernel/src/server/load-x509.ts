type Target = object;
type Metadata = Map<unknown, unknown>;

/** The three functions of the Reflect metadata proposal that the certificate library calls; it refuses to load without them. */
interface MetadataReflection {
  getMetadata?: (key: unknown, target: Target) => unknown;
  getOwnMetadata?: (key: unknown, target: Target) => unknown;
  defineMetadata?: (key: unknown, value: unknown, target: Target) => void;
}

/** Loads the certificate library. It takes 150 ms and is needed only where certificates are made. */
export async function loadX509(): Promise<typeof import("@peculiar/x509")> {
  provideMetadata(Reflect as object); // Its type does not know them.
  return import("@peculiar/x509");
}

/** Does nothing where another library has provided them. */
function provideMetadata(reflection: MetadataReflection): void {
  if (reflection.getMetadata !== undefined) return;
  const kept = new WeakMap<Target, Metadata>();
  const own = (key: unknown, target: Target): unknown => kept.get(target)?.get(key);
  reflection.getOwnMetadata = own;
  reflection.getMetadata = (key, target) => {
    for (let at: Target | null = target; at !== null; at = Object.getPrototypeOf(at)) {
      if (kept.get(at)?.has(key) === true) return own(key, at);
    }
    return undefined;
  };
  reflection.defineMetadata = (key, value, target) => {
    const metadata = kept.get(target) ?? new Map<unknown, unknown>();
    kept.set(target, metadata.set(key, value));
  };
}
