import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Entry, EntryDraft } from "../../../src/protocol/entries.ts";
import type { EntryId, Party } from "../../../src/protocol/names.ts";
import { blocksOfAll, isLead, openBlockers } from "../../../src/team/derive.ts";
import { type Fold, isSavedFold, openFold, type SavedFold } from "../../../src/team/fold.ts";
import type { TeamState } from "../../../src/team/state.ts";
import { stateHash } from "../../../src/team/state-hash.ts";
import { ada, bob, createTasks, cyd, id, openDesk, teamEntry } from "../../support/team-entries.ts";
import {
  draftOf,
  entryOf,
  hasCircle,
  opening,
  type Step,
  slowCandidates,
  steps,
} from "../../support/team-scripts.ts";

const RUNS = { numRuns: 300 };

/** What is wrong after an entry, or nothing. */
type Invariant = (look: Look) => unknown;

interface Look {
  readonly fold: Fold;
  readonly entry: Entry;
  readonly counts: boolean;
  /** The state in front of the entry, and the hash on both sides. */
  readonly before: TeamState;
  readonly hashes: readonly [string, string];
}

interface Life {
  /** All that were folded, void ones too, and the hash behind each of the random ones. */
  readonly entries: readonly Entry[];
  readonly hashes: readonly string[];
  readonly complaints: readonly unknown[];
}

/** Carries the steps out, one after another, and looks at the invariants after each. */
function live(
  script: readonly Step[],
  review: boolean,
  invariants: Readonly<Record<string, Invariant>>,
): Life {
  const fold = openFold();
  const entries = [...opening(review)];
  for (const entry of entries) fold.add(entry);
  const hashes: string[] = entries.map(() => "");
  const claims: EntryId[] = [];
  const complaints: unknown[] = [];
  let hash = stateHash(fold.state);
  for (const [index, step] of script.entries()) {
    const entry = entryOf(draftOf(step, fold, claims), index + 10);
    const before = copyOf(fold);
    const counts = fold.add(entry)?.ok === true;
    const last = hash;
    hash = stateHash(fold.state);
    if (counts && entry.op === "claim") claims.push(entry.id);
    entries.push(entry);
    hashes.push(hash);
    for (const [name, invariant] of Object.entries(invariants)) {
      const wrong = invariant({ fold, entry, counts, before, hashes: [last, hash] });
      if (wrong) complaints.push([name, wrong, entry]);
    }
  }
  return { entries, hashes, complaints };
}

function copyOf({ state: { team, tasks, members, approvals } }: Fold): TeamState {
  return { team, tasks: new Map(tasks), members: new Map(members), approvals: new Map(approvals) };
}

function restored(fold: Fold): Fold {
  const saved: unknown = JSON.parse(JSON.stringify(fold.save()));
  if (!isSavedFold(saved)) throw new Error("what was saved is not restored");
  return openFold(saved);
}

const PARTIES: readonly Party[] = [ada, bob, cyd, "user"];

const invariants: Readonly<Record<string, Invariant>> = {
  "4: an owner and a claim while in progress, and no owner who left": ({ fold: { state } }) =>
    [...state.tasks.values()].find(({ status, owner, claim }) => {
      const isOwned = status === "in_progress";
      const isThere = owner === undefined || owner === "user" || !state.members.get(owner)?.left;
      return (owner !== undefined) !== isOwned || (claim !== undefined) !== isOwned || !isThere;
    }),

  "4: an entry that does not count changes nothing": ({ counts, hashes: [before, after] }) =>
    !counts && before !== after,

  "5: a completed task stays completed but for a reopen by the lead or the user, or a delete": (look) =>
    [...look.before.tasks.values()].find((task) => {
      const { fold, entry, before } = look;
      if (task.status !== "completed" || fold.state.tasks.get(task.id)?.status === "completed") return false;
      const isAllowed = entry.by === "user" || isLead(before, entry.by);
      return entry.op === "reopen" ? !isAllowed : entry.op !== "delete";
    }),

  "6: no task with an open blocker is claimed": ({ entry, counts, before }) => {
    const task = entry.op === "claim" && counts ? before.tasks.get(entry.task) : undefined;
    return task && openBlockers(before, task).length > 0;
  },

  "6: an entry that names an old claim does not count": ({ entry, counts, before }) => {
    if (entry.op !== "complete" && entry.op !== "fail" && entry.op !== "release") return undefined;
    return counts && entry.claim !== before.tasks.get(entry.task)?.claim;
  },

  "no circle of tasks waits for itself": ({ fold }) => hasCircle(fold),

  "the index names the candidates that asking the rules about each task names": ({ fold }) =>
    PARTIES.find((name) => {
      const { team, members } = fold.state;
      if (team?.closed || members.get(name)?.left) return false;
      return fastCandidates(fold, name).join() !== slowCandidates(fold, name).join();
    }),

  "the index knows who owns what and who waits for whom": ({ fold: { index, state } }) => {
    const tasks = [...state.tasks.values()];
    const waiting = blocksOfAll(state);
    return (
      tasks.find((task) => index.dependents(task.id).join() !== (waiting.get(task.id) ?? []).join()) ??
      PARTIES.find((name) => index.ownedCount(name) !== tasks.filter(({ owner }) => owner === name).length)
    );
  },
};

function fastCandidates({ index, state }: Fold, name: Party): readonly string[] {
  const role = state.members.get(name)?.role;
  return [...new Set(index.candidates({ name, role }, { rank: 0, among: 1, how: "near" }))];
}

describe("any sequence of entries", () => {
  test("D12 K5 keeps invariants 4, 5 and 6, makes no circle, and the index is right after each", () => {
    fc.assert(
      fc.property(steps, fc.boolean(), (script, review) => {
        expect(live(script, review, invariants).complaints).toEqual([]);
      }),
      RUNS,
    );
  }, 30_000);

  test("M4 M8 M14 the state is the same in any chunking, from any snapshot, with any entry repeated", () => {
    fc.assert(
      fc.property(steps, fc.boolean(), fc.array(fc.nat(), { minLength: 1 }), (script, review, chances) => {
        const { entries, hashes } = live(script, review, {});

        let other = openFold();
        const repeats: unknown[] = [];
        const found = entries.map((entry, index) => {
          const chance = chances[index % chances.length] ?? 0;
          if (chance % 5 === 0) other = restored(other);
          other.add(entry);
          repeats.push(other.add(entries[chance % (index + 1)] ?? entry));
          return hashes[index] === "" ? "" : stateHash(other.state);
        });

        expect(found).toEqual(hashes);
        expect(new Set(repeats)).toEqual(new Set([undefined]));
        expect(other.folded()).toBe(entries.length);
      }),
      RUNS,
    );
  }, 30_000);

  test("the random lives are no series of refusals: what the invariants speak about happens often", () => {
    const seen = new Map<string, number>();
    const count: Invariant = ({ entry, counts }) => {
      if (counts) seen.set(entry.op, (seen.get(entry.op) ?? 0) + 1);
    };
    const script = fc.tuple(steps, fc.boolean());
    for (const [each, review] of fc.sample(script, { numRuns: 300, seed: 1 })) live(each, review, { count });

    const often = [
      "claim",
      "complete",
      "release",
      "fail",
      "block",
      "reopen",
      "delete",
      "assign",
      "ask",
      "answer",
      "settle",
    ];
    expect(often.filter((op) => (seen.get(op) ?? 0) < 5)).toEqual([]);
    expect(seen.get("review")).toBeGreaterThan(0);
  });
});

describe("ids", () => {
  test("M4 a repeated claim does not take the task a second time after a release", () => {
    const fold = openFold();
    for (const entry of opening(false)) fold.add(entry);
    const claim = entryOf({ op: "claim", by: bob, task: id(1) }, 11);
    fold.add(claim);
    fold.add(entryOf({ op: "release", by: bob, task: id(1), claim: claim.id, why: "given_back" }, 12));

    expect(fold.add(claim)).toBeUndefined();
    expect(fold.state.tasks.get(id(1))?.status).toBe("pending");
  });

  test("D14 an id below the last one of its instance is old, whatever it says; one of another instance is not", () => {
    const fold = openFold();
    const [team, ...rest] = opening(false);
    if (!team) throw new Error("no team");
    fold.add(team);
    fold.add(entryOf({ op: "create", by: "user", task: id(1), subject: "Work" }, 50));

    expect(rest.filter((entry) => fold.add(entry) !== undefined)).toEqual([]);
    expect(fold.state.members.size).toBe(0);
    expect(fold.counterOf("random00")).toBe(50);
    expect(fold.counterOf("founder0")).toBe(1);
    expect(fold.counterOf("stranger")).toBe(0);
    expect(fold.folded()).toBe(2);
  });
});

describe("the hash", () => {
  test("does not depend on the order of insertion, nor on the order of keys", () => {
    const desk = openDesk();
    createTasks(desk, 12);
    const saved = desk.fold.save();
    const turned = (record: object): object =>
      Object.fromEntries(
        Object.entries(record)
          .toReversed()
          .map(([key, value]): [string, unknown] => [key, Array.isArray(value) ? value.map(turned) : value]),
      );
    const mixed = {
      ...(turned(saved) as SavedFold),
      counters: saved.counters,
      tasks: saved.tasks.toReversed(),
      members: saved.members.toReversed(),
    };

    expect(stateHash(openFold(mixed).state)).toBe(stateHash(desk.fold.state));
  });

  test("M14 keys that look like numbers come in the same place as others", () => {
    const definitions = [
      { b: 1, "10": 2, "9": 3 },
      { "9": 3, "10": 2, b: 1 },
    ];
    const hashes = definitions.map((definition) => {
      const fold = openFold();
      fold.add(teamEntry());
      fold.add(entryOf({ op: "join", by: "user", member: bob, backend: "hand", definition }, 10));
      return stateHash(fold.state);
    });

    expect(new Set(hashes).size).toBe(1);
  });

  test("changes with every part of the state", () => {
    const desk = openDesk();
    createTasks(desk, 2);
    const seen = new Set([stateHash(desk.fold.state)]);
    const drafts: readonly EntryDraft[] = [
      { op: "claim", by: bob, task: id(1) },
      { op: "note", by: bob, task: id(1), text: "hm" },
      { op: "block", by: bob, task: id(2), on: [id(1)] },
      { op: "stop", by: "user" },
      { op: "stop", by: "user", member: bob },
    ];
    for (const draft of drafts) {
      desk.must(draft);
      seen.add(stateHash(desk.fold.state));
    }

    expect(seen.size).toBe(6);
    for (const hash of seen) expect(hash).toMatch(/^[0-9a-f]{16}$/);
  });
});

test("what is no saved fold is told from one", () => {
  for (const value of [undefined, null, [], "x", {}, { tasks: [], members: [], counters: [] }])
    expect(isSavedFold(value)).toBe(false);
  expect(isSavedFold(openFold().save())).toBe(true);
});
