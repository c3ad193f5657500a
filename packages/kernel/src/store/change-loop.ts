import { type Store, StoreError, type Write } from "./store.ts";

/** How often a change is decided anew before its conflict is the caller's. */
export const MAX_DECISIONS = 20;

/** `Store.change` for every form of store. */
export async function changeStore<Result>(
  store: Pick<Store, "commit">,
  decide: () => Promise<{ readonly writes: readonly Write[]; readonly result: Result }>,
): Promise<Result> {
  for (let decision = 1; ; decision++) {
    const { writes, result } = await decide();
    try {
      await store.commit(writes);
      return result;
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "conflict" || decision === MAX_DECISIONS) throw error;
    }
  }
}
