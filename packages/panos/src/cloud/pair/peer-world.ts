import type { World } from "@understudy/kernel";

/** What wake-ups and streams of the second Panorama of a pair begin with. */
const PREFIX = "peer ";

/** A wake-up by the name the second Panorama gave it; `undefined` when it is the first one's. */
export const peerWake = (name: string): string | undefined =>
  name.startsWith(PREFIX) ? name.slice(PREFIX.length) : undefined;

/**
 * The world of the second Panorama of a pair, which is the same stand-in as the first: its wake-ups and its chance are its own.
 * Of its events only those are told that are no state, since the stand-in's state is the first one's.
 */
export const peerWorld = (world: World): World => ({
  id: world.id,
  bootCount: world.bootCount,
  start: world.start,
  clock: {
    now: () => world.clock.now(),
    wake: (after, { name }) => world.clock.wake(after, { name: PREFIX + name }),
    cancelWake: (name) => world.clock.cancelWake(PREFIX + name),
    dueOf: (name) => world.clock.dueOf(PREFIX + name),
    sleep: (after, signal) => world.clock.sleep(after, signal),
  },
  random: { stream: (name, position) => world.random.stream(PREFIX + name, position) },
  events: {
    emit: (type, change, about) => {
      if (type !== "belief") world.events.emit(`peer-${type}`, {}, { ...change, ...about });
    },
  },
  faults: world.faults,
  network: world.network,
  storage: world.storage,
  stores: world.stores,
  blobs: world.blobs,
  log: world.log,
  audit: world.audit,
  signal: world.signal,
  outside: (work) => world.outside(work),
});
