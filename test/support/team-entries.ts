import { expect } from "vitest";
import { Entry, type EntryDraft, type EntryOf } from "../../src/protocol/entries.ts";
import {
  type Actor,
  EntryId,
  InstanceId,
  MemberName,
  Role,
  TaskId,
  TeamName,
} from "../../src/protocol/names.ts";
import { type Fold, openFold } from "../../src/team/fold.ts";
import type { Task, Verdict } from "../../src/team/state.ts";

export const ada = MemberName.parse("ada");
export const bob = MemberName.parse("bob");
export const cyd = MemberName.parse("cyd");
export const engineer = Role.parse("engineer");
export const reviewer = Role.parse("reviewer");

export function id(number: number): TaskId {
  return TaskId.parse(String(number));
}

export function instance(text: string): InstanceId {
  return InstanceId.parse(text.padEnd(8, "0"));
}

export function entryId(owner: string, counter: number): EntryId {
  return EntryId.parse(`${instance(owner)}.${counter}`);
}

/** Any text: a time that a test does not care about. */
export const someText: unknown = expect.any(String);

/** The first entry of a team. */
export function teamEntry(settings: EntryOf<"team">["settings"] = {}): Entry {
  return {
    op: "team",
    v: 1,
    id: entryId("founder", 1),
    at: "2026-11-20T12:00:00.000Z",
    by: "user",
    team: TeamName.parse("parser"),
    instance: instance("theteam"),
    dir: "/work",
    settings,
  };
}

/** A fold that is told drafts, each with the next id of one instance. Also checks that each is an entry of the format. */
export interface Desk {
  readonly fold: Fold;
  readonly tell: (draft: EntryDraft) => Verdict;
  /** The same for a draft that must count. */
  readonly must: (draft: EntryDraft) => void;
  readonly task: (number: number) => Task;
  /** The current claim of a task. */
  readonly claimOf: (number: number) => EntryId;
}

/** A team with the lead ada and the teammates bob (engineer) and cyd (reviewer). */
export function openDesk(settings: EntryOf<"team">["settings"] = {}): Desk {
  const desk = emptyDesk();
  desk.fold.add(teamEntry(settings));
  desk.must({ op: "join", by: "user", member: ada, lead: true, backend: "child", definition: {} });
  desk.must({ op: "join", by: ada, member: bob, role: engineer, backend: "child", definition: {} });
  desk.must({ op: "join", by: ada, member: cyd, role: reviewer, backend: "hand", definition: {} });
  return desk;
}

/** Nothing was folded yet. */
export function emptyDesk(): Desk {
  const fold = openFold();
  let counter = 0;

  function tell(draft: EntryDraft): Verdict {
    counter += 1;
    const at = new Date(Date.UTC(2026, 10, 20, 12, 0, counter)).toISOString();
    const verdict = fold.add(Entry.parse({ ...draft, v: 1, id: entryId("desk", counter), at }));
    if (!verdict) throw new Error("an id was used twice");
    return verdict;
  }

  function task(number: number): Task {
    const found = fold.state.tasks.get(id(number));
    if (!found) throw new Error(`there is no task ${number}`);
    return found;
  }

  return {
    fold,
    tell,
    task,
    must: (draft) => {
      const verdict = tell(draft);
      if (!verdict.ok) throw new Error(`${draft.op} is void: ${JSON.stringify(verdict.reason)}`);
    },
    claimOf: (number) => {
      const { claim } = task(number);
      if (!claim) throw new Error(`nobody owns task ${number}`);
      return claim;
    },
  };
}

/** Why it does not count; fails when it does. */
export function reasonOf(verdict: Verdict): unknown {
  if (verdict.ok) throw new Error("it counts");
  return verdict.reason;
}

/** Tasks 1 to `count`, each by ada. */
export function createTasks(desk: Desk, count: number, by: Actor = ada): void {
  const first = desk.fold.state.tasks.size;
  for (let number = first + 1; number <= first + count; number++)
    desk.must({ op: "create", by, task: id(number), subject: `Task ${number}` });
}
