import { Entry } from "../../../src/protocol/entries.ts";
import { EntryId } from "../../../src/protocol/names.ts";
import type { Placed, Snapshot, Store } from "../../../src/store/store.ts";
import { PATHS } from "./scenario.ts";
import type { SimProcess } from "./sim-process.ts";

/** A store whose reader shows `change` of what stands. */
export function reading(
  change: (placed: readonly Placed<Entry>[]) => Placed<Entry>[],
  store: Store,
  index: number,
): Store {
  return index === 0 ? { ...store, journal: changed(store, change) } : store;
}

function changed(
  { journal }: Store,
  change: (placed: readonly Placed<Entry>[]) => Placed<Entry>[],
): Store["journal"] {
  return {
    ...journal,
    read: async (from) => {
      const result = await journal.read(from);
      return { ...result, entries: change(result.entries) };
    },
  };
}

/** As a fold without the fencing token: whoever completes is taken to hold the claim. */
export function withoutFencing(): (placed: readonly Placed<Entry>[]) => Placed<Entry>[] {
  let current: EntryId | undefined;
  return (placed) =>
    placed.map(({ entry, at }) => {
      if (entry.op === "claim") current = entry.id;
      const isOwned = entry.op === "complete" || entry.op === "release";
      return isOwned && current !== undefined ? { entry: { ...entry, claim: current }, at } : { entry, at };
    });
}

/** As a fold without seen ids: an entry that stands twice counts twice. */
export function withoutSeenIds(): (placed: readonly Placed<Entry>[]) => Placed<Entry>[] {
  const seen = new Set<string>();
  return (placed) =>
    placed.map(({ entry, at }) => {
      const id = seen.has(entry.id) ? EntryId.parse(`again-000.${seen.size}`) : entry.id;
      seen.add(entry.id);
      return { entry: { ...entry, id }, at };
    });
}

/** Believes the lines that the store calls torn. */
export function believesTornLines(store: Store, index: number, process: SimProcess): Store {
  if (index !== 0) return store;
  const read: Store["journal"]["read"] = async (from) => {
    const result = await store.journal.read(from);
    const believed: Placed<Entry>[] = [];
    for (const { path, offset, bytes } of result.torn) {
      const content = await process.peek(path);
      const line = content?.subarray(offset, offset + bytes).toString() ?? "";
      const entry = Entry.safeParse(parsed(line));
      if (entry.success) believed.push({ entry: entry.data, at: result.next });
    }
    return { ...result, entries: [...result.entries, ...believed] };
  };
  return { ...store, journal: { ...store.journal, read } };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function believesAnySnapshot(store: Store, _index: number, process: SimProcess): Store {
  const load = async (): Promise<Snapshot | undefined> => {
    const text = (await process.peek(PATHS.snapshot))?.toString();
    return text === undefined ? undefined : (JSON.parse(text) as Snapshot);
  };
  return { ...store, snapshot: { ...store.snapshot, load } };
}
