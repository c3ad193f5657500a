import { table } from "@understudy/kernel";

/** An owner's record of a blob. Two owners of one content have a record each. */
export interface ObjectRow {
  readonly owner: string;
  readonly sha: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly mime: string;
  /** The owner has sent the content. */
  readonly uploaded: boolean;
  /** The owner whose uploaded content this record shows instead of an own one. */
  readonly linkedTo: string | null;
  readonly created: number;
  readonly modified: number;
}

export const objectTable = table<ObjectRow>(
  "objects",
  {
    owner: "text",
    sha: "text",
    name: "text",
    size: "integer",
    mime: "text",
    uploaded: "boolean",
    linkedTo: "text?",
    created: "integer",
    modified: "integer",
  },
  { key: ["owner", "sha"], indexes: [["sha"]] },
);

/** How much of its quota an owner has announced. */
export interface UsageRow {
  readonly owner: string;
  /** Sum of the sizes of the owner's objects. */
  readonly bytes: number;
}

export const usageTable = table<UsageRow>("usages", { owner: "text", bytes: "integer" }, { key: ["owner"] });
