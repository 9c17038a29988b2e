import type { Entry, Op } from "../protocol/entries.ts";
import type { TaskId } from "../protocol/names.ts";
import { openFold } from "./fold.ts";
import type { Team } from "./team.ts";

/** One accepted entry that changed a task. */
export interface HistoryItem {
  /** The task's version after it. */
  readonly version: number;
  readonly at: string;
  readonly by: string;
  /** One word: created, claimed, completed … */
  readonly change: string;
  readonly entry: Entry;
}

/** All that happened to a task, oldest first; folds the journal from its first entry, so it costs a pass over it. */
export async function taskHistory(team: Team, id: TaskId): Promise<readonly HistoryItem[]> {
  const { journal } = team.store;
  const fold = openFold();
  const history: HistoryItem[] = [];
  let position = await journal.start();
  for (let atEnd = false; !atEnd; ) {
    const chunk = await journal.read(position);
    for (const { entry } of chunk.entries) {
      const verdict = fold.add(entry);
      const task = verdict?.ok && verdict.change.tasks?.find((changed) => changed.id === id);
      if (task)
        history.push({ version: task.version, at: entry.at, by: entry.by, change: wordOf(entry), entry });
    }
    position = chunk.next;
    atEnd = chunk.atEnd;
  }
  return history;
}

const WORDS: Partial<Record<Op, string>> = {
  create: "created",
  update: "changed",
  claim: "claimed",
  complete: "completed",
  fail: "failed",
  release: "released",
  reopen: "reopened",
  block: "blocked",
  unblock: "unblocked",
  delete: "deleted",
  note: "noted",
  leave: "released",
};

function wordOf(entry: Entry): string {
  if (entry.op === "review") return entry.verdict;
  if (entry.op === "assign") return entry.to === null ? "unassigned" : "assigned";
  return WORDS[entry.op] ?? entry.op;
}
