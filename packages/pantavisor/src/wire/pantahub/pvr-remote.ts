/** The discovery document of `pvr`. Keys in canonical order. */
export interface PvrRemote {
  readonly "json-get-url": string;
  readonly "json-key": "state";
  readonly "objects-endpoint": string;
  readonly "post-fields": readonly string[];
  readonly "post-fields-opt": readonly string[];
  readonly "post-url": string;
  readonly "pvr-spec": "pvr-pantahub-1";
  readonly "step-get-url": string;
}

/** Where a step is to be read, and where the next one is to be posted. `base` has no trailing slash. */
export function pvrRemote(base: string, trailId: string, rev: number, of: "trail" | "step"): PvrRemote {
  const steps = `${base}/trails/${trailId}/steps`;
  return {
    "json-get-url": `${steps}/${rev}/state`,
    "json-key": "state",
    "objects-endpoint": `${steps}/${rev}/objects`,
    "post-fields": [of === "trail" ? "commit-msg" : "msg"],
    "post-fields-opt": of === "trail" ? ["rev"] : [],
    "post-url": steps,
    "pvr-spec": "pvr-pantahub-1",
    "step-get-url": `${steps}/${rev}`,
  };
}
