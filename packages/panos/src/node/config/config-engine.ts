import type { Instant } from "@understudy/kernel";
import { readXml } from "../../wire/xml/read.ts";
import type { XmlElement } from "../../wire/xml/tree.ts";
import { writeXml } from "../../wire/xml/write.ts";
import { Kept } from "../kept.ts";
import { applyTo, type ConfigChange } from "./change.ts";
import { type CommitScope, isMeant } from "./commit-scope.ts";
import type { ConfigFiles } from "./config-files.ts";
import type { ConfigState } from "./config-state.ts";
import { type Coverage, isCovered, type JournalEntry, replay } from "./journal.ts";
import type { Edited, Refusal } from "./refusal.ts";

interface Trees {
  readonly running: XmlElement;
  readonly candidate: XmlElement;
  /** What is not in the running configuration yet. */
  readonly journal: readonly JournalEntry[];
  readonly lastSeq: number;
}

/** A running configuration to be, written down but not yet in force. */
export interface Prepared {
  readonly document: string;
  readonly coverage: Coverage;
  readonly lastDocument: number;
}

/** Why changes must not be made to the candidate as it is at the moment of the write; `undefined`: nothing is against them. */
export type Objection = (candidate: XmlElement) => Refusal | undefined;

/**
 * A node's configurations: the running tree, and the candidate, which is the running tree with a journal of changes on top.
 * A node nobody has configured keeps no tree at all: its first configuration is made when somebody asks for it.
 */
export class ConfigEngine {
  readonly #files: ConfigFiles;
  readonly #first: () => XmlElement;
  /** Absent with those who have none, as most have. */
  #documents: Map<string, XmlElement> | undefined;
  #kept: Kept<Trees> | undefined;

  /** `first` makes the configuration such a node starts with. */
  constructor(files: ConfigFiles, first: () => XmlElement) {
    this.#files = files;
    this.#first = first;
  }

  /** Reads what is stored. `also`: further documents that will be needed. */
  async load(state: ConfigState, also: readonly string[]): Promise<void> {
    for (const name of also) await this.#load(name);
    if (state.pushed !== undefined) await this.#load(state.pushed);
    const entries = await this.#files.readJournal();
    if (state.running === undefined && entries.length === 0) return;
    const running = state.running === undefined ? this.#first() : await this.#load(state.running);
    this.#settle(running, entries, state.coverage);
  }

  /** True once the node has a configuration of its own in memory. */
  get isLoaded(): boolean {
    return this.#kept !== undefined;
  }

  /** Makes the configuration the node started with once more. */
  makeFirst(): XmlElement {
    return this.#first();
  }

  get running(): XmlElement {
    return this.#trees.state.running;
  }

  get candidate(): XmlElement {
    return this.#trees.state.candidate;
  }

  /** Changes that are not in the running configuration yet, oldest first. */
  get journal(): readonly JournalEntry[] {
    return this.#kept?.state.journal ?? [];
  }

  /** A document that was loaded or prepared; `undefined` for others. */
  document(name: string): XmlElement | undefined {
    return this.#documents?.get(name);
  }

  /** A document, from memory or from where it is kept; `undefined` when there is none of that name. */
  async read(name: string): Promise<XmlElement | undefined> {
    const known = this.#documents?.get(name);
    if (known !== undefined) return known;
    const text = await this.#files.read(name);
    const reading = text === undefined ? undefined : readXml(text);
    return reading?.ok === true ? reading.root : undefined;
  }

  /** The configuration such a node starts with has become another; matters to nodes that still run it. */
  startsWithAnother(state: ConfigState): void {
    if (this.#kept === undefined || state.running !== undefined) return;
    this.#settle(this.#first(), this.journal, state.coverage, this.#kept.state.lastSeq);
  }

  /** Whether the candidate differs from the running configuration. */
  get isChanged(): boolean {
    if (this.#kept === undefined || this.journal.length === 0) return false;
    return this.candidate !== this.running && writeXml(this.candidate).markup !== writeXml(this.running).markup;
  }

  /** Makes a change of the candidate; what is refused, or changes nothing, leaves no trace. */
  change(change: ConfigChange, admin: string, at: Instant, unless?: Objection): Promise<Edited> {
    return this.changeAll([change], admin, at, "keep", unless).then(([only]) => only ?? { kind: "absent" });
  }

  /** Makes changes in order until one is refused, and stores them together. The outcome has an entry per change that was tried. */
  changeAll(
    changes: readonly ConfigChange[],
    admin: string,
    at: Instant,
    onRefusal: "keep" | "revert" = "keep",
    unless?: Objection,
  ): Promise<readonly Edited[]> {
    return this.#trees.change((trees) => {
      const refusal = unless?.(trees.candidate);
      if (refusal !== undefined) return { state: trees, result: [{ kind: "refused", refusal }] };
      const outcomes: Edited[] = [];
      const made: JournalEntry[] = [];
      let candidate = trees.candidate;
      for (const change of changes) {
        const edited = applyTo(candidate, change);
        outcomes.push(edited);
        if (edited.kind === "refused") break;
        if (edited.kind === "absent") continue;
        candidate = edited.root;
        made.push({ seq: trees.lastSeq + made.length + 1, at, admin, change });
      }
      const failed = outcomes.at(-1)?.kind === "refused";
      if (failed && onRefusal === "revert")
        return { state: { ...trees, candidate: trees.running, journal: [] }, result: outcomes };
      if (made.length === 0) return { state: trees, result: outcomes };
      const lastSeq = trees.lastSeq + made.length;
      return { state: { ...trees, candidate, journal: [...trees.journal, ...made], lastSeq }, result: outcomes };
    });
  }

  /** Takes back changes: all, or those of some administrators. */
  revert(whose?: readonly string[]): Promise<void> {
    return this.#trees.change((trees) => {
      const journal = whose === undefined ? [] : trees.journal.filter(({ admin }) => !whose.includes(admin));
      return { state: { ...trees, journal, candidate: replay(trees.running, journal) }, result: undefined };
    });
  }

  /** Writes down what a commit would make run: everything, or the changes that are meant. */
  async prepareCommit(state: ConfigState, scope?: CommitScope): Promise<Prepared> {
    const { journal, candidate, running, lastSeq } = this.#trees.state;
    const left = scope === undefined ? [] : journal.filter((entry) => !isMeant(scope, entry));
    const taken = journal.filter((entry) => !left.includes(entry));
    const tree = left.length === 0 ? candidate : replay(running, taken);
    const prepared = await this.prepare(state, tree);
    return { ...prepared, coverage: { upTo: lastSeq, except: left.map(({ seq }) => seq) } };
  }

  /** Writes down any document that is to be in force later. */
  async prepare(state: ConfigState, tree: XmlElement): Promise<Prepared> {
    const lastDocument = state.lastDocument + 1;
    const document = `document-${lastDocument}`;
    this.#keep(document, tree);
    await this.#files.write(document, writeXml(tree).markup);
    await this.#files.sync();
    return { document, lastDocument, coverage: { upTo: this.#kept?.state.lastSeq ?? state.coverage.upTo, except: [] } };
  }

  /** Follows the stored state after it has changed: another document runs. */
  adopt(before: ConfigState, after: ConfigState): void {
    if (before.running === after.running) return;
    const running = after.running === undefined ? this.#first() : this.#documents?.get(after.running);
    if (running === undefined) return; // cannot be: a document in force was prepared or loaded
    const entries = this.#kept?.state.journal ?? [];
    const { lastSeq } = this.#kept?.state ?? { lastSeq: after.coverage.upTo };
    this.#settle(running, entries, after.coverage, lastSeq);
  }

  /** Throws away what is not needed any more. Safe at any time. `also`: documents that are still needed. */
  async tidy(state: ConfigState, also: readonly string[]): Promise<void> {
    if (this.#kept === undefined) return;
    const needed = new Set([state.running, state.pushed, ...Object.values(state.saved), ...also]);
    const useless = [...(this.#documents?.keys() ?? [])].filter((name) => !needed.has(name));
    for (const name of useless) {
      this.#documents?.delete(name);
      await this.#files.remove(name);
    }
    if (useless.length > 0) await this.#files.replaceJournal(this.journal);
  }

  #keep(name: string, tree: XmlElement): void {
    this.#documents ??= new Map();
    this.#documents.set(name, tree);
  }

  get #trees(): Kept<Trees> {
    if (this.#kept === undefined) this.#settle(this.#first(), [], { upTo: 0, except: [] });
    return this.#kept ?? fail();
  }

  #settle(
    running: XmlElement,
    entries: readonly JournalEntry[],
    coverage: Coverage,
    lastSeq = Math.max(coverage.upTo, entries.at(-1)?.seq ?? 0),
  ): void {
    const journal = entries.filter((entry) => !isCovered(entry, coverage));
    const trees: Trees = { running, journal, candidate: replay(running, journal), lastSeq };
    this.#kept = new Kept(
      trees,
      (next) => this.#save(next),
      () => undefined,
    );
  }

  /** What was added to the journal is appended; a journal that lost entries is written anew. */
  async #save(next: Trees): Promise<void> {
    const known = this.#kept?.state.journal ?? [];
    const grown = known.every((entry, at) => next.journal[at] === entry);
    if (grown) await this.#files.append(next.journal.slice(known.length));
    else await this.#files.replaceJournal(next.journal);
  }

  async #load(name: string): Promise<XmlElement> {
    const known = this.#documents?.get(name);
    if (known !== undefined) return known;
    const reading = readXml((await this.#files.read(name)) ?? "");
    const tree = reading.ok ? reading.root : this.#first();
    this.#keep(name, tree);
    return tree;
  }
}

function fail(): never {
  throw new Error("unreachable: trees were just made");
}
