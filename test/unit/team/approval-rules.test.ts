import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Entry, type EntryDraft, type EntryOf } from "../../../src/protocol/entries.ts";
import type { Actor, EntryId } from "../../../src/protocol/names.ts";
import { type Fold, isSavedFold, openFold } from "../../../src/team/fold.ts";
import { type Approval, SETTLED_KEPT } from "../../../src/team/state.ts";
import { stateHash } from "../../../src/team/state-hash.ts";
import {
  ada,
  bob,
  createTasks,
  cyd,
  type Desk,
  entryId,
  id,
  instance,
  openDesk,
  reasonOf,
  someText,
} from "../../support/team-entries.ts";

type DraftOf<O extends EntryDraft["op"]> = Extract<EntryDraft, { op: O }>;

const digest = "a".repeat(64);
const other = "b".repeat(64);

function asks(by: Actor, fields: Partial<EntryOf<"ask">> = {}): EntryDraft {
  return {
    op: "ask",
    by,
    kind: "permission",
    tool: "Bash",
    input: { command: "npm run build" },
    digest,
    summary: "npm run build",
    ...fields,
  };
}

function plans(by: Actor, task: number, version: number): EntryDraft {
  const plan = { version, text: "First the lexer.", files: ["src/**"] };
  return asks(by, { kind: "plan", tool: undefined, input: undefined, task: id(task), plan });
}

function last(desk: Desk): Approval {
  const found = [...desk.fold.state.approvals.values()].at(-1);
  if (!found) throw new Error("nobody has asked");
  return found;
}

/** Asks and answers the id of the question. */
function asked(desk: Desk, draft: EntryDraft): EntryId {
  desk.must(draft);
  return last(desk).id;
}

function answers(by: Actor, ask: EntryId, fields: Partial<EntryOf<"answer">> = {}): DraftOf<"answer"> {
  return { op: "answer", by, ask, verdict: "allow", digest, ...fields };
}

describe("a question", () => {
  test("is asked by a member, gets the next number and stays open until it is answered", () => {
    const desk = openDesk();

    desk.must(asks(bob, { reason: "no rule allows it", rule: "Bash(npm run build)" }));
    desk.must(asks(cyd));

    expect([...desk.fold.state.approvals.values()]).toEqual([
      {
        id: someText,
        number: 1,
        kind: "permission",
        by: "bob",
        at: someText,
        tool: "Bash",
        input: { command: "npm run build" },
        digest,
        summary: "npm run build",
        reason: "no rule allows it",
        rule: "Bash(npm run build)",
      },
      expect.objectContaining({ number: 2, by: "cyd" }),
    ]);
  });

  test.each<Actor>(["user", "system"])("is not asked by %s", (by) => {
    expect(reasonOf(openDesk().tell(asks(by)))).toMatchObject({ kind: "not_allowed", who: by });
  });

  test("of a member that leaves is withdrawn, and its input is forgotten", () => {
    const desk = openDesk();
    const ask = asked(desk, asks(bob));

    desk.must({ op: "leave", by: ada, member: bob });

    expect(desk.fold.state.approvals.get(ask)).toMatchObject({ settled: { how: "withdrawn" } });
    expect(desk.fold.state.approvals.get(ask)?.input).toBeUndefined();
    expect(reasonOf(desk.tell(answers("user", ask)))).toEqual({
      kind: "settled",
      number: 1,
      how: "withdrawn",
    });
  });

  test("of a member whose process begins a new life stays open", () => {
    const desk = openDesk();
    const ask = asked(desk, asks(bob));

    desk.must({ op: "start", by: "system", member: bob, instance: instance("life1") });
    desk.must({ op: "start", by: "system", member: bob, instance: instance("life2") });

    expect(desk.tell(answers("user", ask)).ok).toBe(true);
  });
});

describe("an answer", () => {
  test("counts when it is the first, and the second hears who was first", () => {
    const desk = openDesk();
    const ask = asked(desk, asks(bob));

    const first = desk.tell(answers("user", ask, { note: "go" }));
    const second = desk.tell(answers("user", ask, { verdict: "deny", note: "no" }));

    expect(first.ok).toBe(true);
    const answer = { at: someText, by: "user", verdict: "allow", note: "go" };
    expect(reasonOf(second)).toEqual({ kind: "already_answered", ask, number: 1, answer });
    expect(last(desk).answer).toEqual(answer);
  });

  test("is still known as the first after the question was settled", () => {
    const desk = openDesk();
    const ask = asked(desk, asks(bob));
    desk.must(answers("user", ask));
    desk.must({ op: "settle", by: bob, ask, how: "used" });

    expect(reasonOf(desk.tell(answers("user", ask)))).toMatchObject({ kind: "already_answered" });
  });

  test("L4, L20 is the user's: no member, no lead and not troupe itself answers a permission", () => {
    const desk = openDesk({ planApproval: "lead" });
    const ask = asked(desk, asks(bob));

    const verdicts = [ada, bob, cyd, "system" as const].map((by) => desk.tell(answers(by, ask)));

    expect(verdicts.map(reasonOf)).toEqual(
      ["ada", "bob", "cyd", "system"].map((who) => ({
        kind: "not_allowed",
        who,
        what: "answer a question of bob: the user may",
      })),
    );
    expect(last(desk).answer).toBeUndefined();
  });

  test("L4 for what was not asked is refused: unknown id, other digest", () => {
    const desk = openDesk();
    const ask = asked(desk, asks(bob));

    expect(reasonOf(desk.tell(answers("user", entryId("nobody", 1))))).toMatchObject({
      kind: "unknown_approval",
    });
    expect(reasonOf(desk.tell(answers("user", ask, { digest: other })))).toEqual({
      kind: "other_digest",
      number: 1,
    });
  });
});

describe("settling", () => {
  test("is the asker's, once, and only with an answer it is used", () => {
    const desk = openDesk();
    const ask = asked(desk, asks(bob));
    const settle = (by: Actor, how: "used" | "withdrawn") => desk.tell({ op: "settle", by, ask, how });

    expect(reasonOf(settle(bob, "used"))).toEqual({ kind: "unanswered", number: 1 });
    desk.must(answers("user", ask));
    expect(reasonOf(settle(cyd, "used"))).toMatchObject({ kind: "not_allowed" });
    expect(reasonOf(settle("user", "withdrawn"))).toMatchObject({ kind: "not_allowed" });
    expect(reasonOf(settle("system", "used"))).toMatchObject({ kind: "not_allowed" });
    expect(settle(bob, "used").ok).toBe(true);
    expect(reasonOf(settle(bob, "used"))).toEqual({ kind: "settled", number: 1, how: "used" });
  });

  test("is troupe's for the dead: withdrawn only", () => {
    const desk = openDesk();
    const ask = asked(desk, asks(bob));

    desk.must({ op: "settle", by: "system", ask, how: "withdrawn" });

    expect(last(desk).settled).toEqual({ at: someText, how: "withdrawn" });
  });

  test("keeps a bounded number of settled questions, and every open one", () => {
    const desk = openDesk();
    const open = asked(desk, asks(cyd));
    const ids = Array.from({ length: SETTLED_KEPT + 5 }, () => asked(desk, asks(bob)));
    for (const ask of ids.toReversed()) desk.must({ op: "settle", by: bob, ask, how: "withdrawn" });

    const kept = desk.fold.state.approvals;

    expect(kept.size).toBe(SETTLED_KEPT + 1);
    expect(kept.has(open)).toBe(true);
    // The last one asked was settled first.
    expect(ids.slice(-5).some((ask) => kept.has(ask))).toBe(false);
  });
});

/** Task 1 in the hands of bob. */
function working(settings = {}): Desk {
  const desk = openDesk(settings);
  createTasks(desk, 1);
  desk.must({ op: "claim", by: bob, task: id(1) });
  return desk;
}

describe("a plan", () => {
  test("is for the task that its author works on, numbered without gaps", () => {
    const desk = working();

    expect(reasonOf(desk.tell(plans(cyd, 1, 1)))).toMatchObject({ kind: "not_owner", owner: "bob" });
    expect(reasonOf(desk.tell(plans(bob, 1, 2)))).toEqual({ kind: "plan_version", task: "1", next: 1 });
    desk.must(plans(bob, 1, 1));
    expect(reasonOf(desk.tell(plans(bob, 1, 1)))).toEqual({ kind: "plan_version", task: "1", next: 2 });
    expect(desk.task(1).plan).toEqual({ by: "bob", version: 1, ask: last(desk).id });
    expect(reasonOf(desk.tell(asks(bob, { kind: "plan", task: id(1) })))).toMatchObject({
      kind: "not_allowed",
    });
  });

  test("opens its task when it is allowed, and an answer to an older one opens nothing", () => {
    const desk = working();
    const first = asked(desk, plans(bob, 1, 1));
    const second = asked(desk, plans(bob, 1, 2));

    desk.must(answers("user", first));
    expect(desk.task(1).plan).toEqual({ by: "bob", version: 2, ask: second });
    desk.must(answers("user", second, { mode: "acceptEdits" }));

    expect(desk.task(1).plan).toEqual({
      by: "bob",
      version: 2,
      ask: second,
      verdict: "allow",
      mode: "acceptEdits",
    });
  });

  test.each<[string, (desk: Desk) => void]>([
    [
      "the task was reopened",
      (desk) => {
        desk.must({ op: "complete", by: bob, task: id(1), claim: desk.claimOf(1) });
        desk.must({ op: "reopen", by: "user", task: id(1) });
      },
    ],
    [
      "somebody else had the task",
      (desk) => {
        desk.must({ op: "release", by: bob, task: id(1), claim: desk.claimOf(1), why: "given_back" });
        desk.must({ op: "claim", by: cyd, task: id(1) });
        desk.must({ op: "release", by: cyd, task: id(1), claim: desk.claimOf(1), why: "given_back" });
      },
    ],
  ])("counts no longer when %s, and neither does a late answer to it", (_, happens) => {
    const desk = working();
    const ask = asked(desk, plans(bob, 1, 1));
    desk.must(answers("user", ask));

    happens(desk);
    desk.must({ op: "claim", by: bob, task: id(1) });

    expect(desk.task(1).plan).toEqual({ by: "bob", version: 1 });
    const late = asked(desk, plans(bob, 1, 2));
    desk.must({ op: "release", by: bob, task: id(1), claim: desk.claimOf(1), why: "died" });
    desk.must({ op: "claim", by: cyd, task: id(1) });
    desk.must(answers("user", late));
    expect(desk.task(1).plan).toEqual({ by: "bob", version: 2 });
  });

  test("stays allowed when its author loses the task and takes it again", () => {
    const desk = working();
    desk.must(answers("user", asked(desk, plans(bob, 1, 1))));

    desk.must({ op: "release", by: "system", task: id(1), claim: desk.claimOf(1), why: "died" });
    desk.must({ op: "claim", by: bob, task: id(1) });

    expect(desk.task(1).plan).toMatchObject({ version: 1, verdict: "allow" });
  });

  test("is answered by the lead where the team says so: of others, without a mode or a rule", () => {
    const desk = working({ planApproval: "lead" });
    createTasks(desk, 1);
    desk.must({ op: "claim", by: ada, task: id(2) });
    const own = asked(desk, plans(ada, 2, 1));
    const bobs = asked(desk, plans(bob, 1, 1));

    expect(reasonOf(desk.tell(answers(ada, own)))).toMatchObject({ kind: "not_allowed", who: "ada" });
    expect(reasonOf(desk.tell(answers(cyd, bobs)))).toMatchObject({ kind: "not_allowed", who: "cyd" });
    expect(reasonOf(desk.tell(answers(ada, bobs, { mode: "bypassPermissions" })))).toMatchObject({
      kind: "not_allowed",
    });
    expect(reasonOf(desk.tell(answers(ada, bobs, { always: "Bash" })))).toMatchObject({
      kind: "not_allowed",
    });
    expect(desk.tell(answers(ada, bobs)).ok).toBe(true);
  });

  test("is the user's alone where the team does not say so", () => {
    const desk = working();
    const ask = asked(desk, plans(bob, 1, 1));

    expect(reasonOf(desk.tell(answers(ada, ask)))).toMatchObject({ kind: "not_allowed" });
  });
});

/** What somebody does to one of three questions. */
const acts = fc.record({
  what: fc.constantFrom<"ask" | "answer" | "used" | "withdrawn">(
    "ask",
    "answer",
    "answer",
    "used",
    "withdrawn",
  ),
  by: fc.constantFrom<Actor>(ada, bob, cyd, "user", "user", "system"),
  ask: fc.nat(3),
  allow: fc.boolean(),
  wrong: fc.boolean(),
});

type Act = typeof acts extends fc.Arbitrary<infer A> ? A : never;

/** A desk with three questions, a fold that is told the same from any snapshot on, and what was answered so far. */
interface Trial {
  readonly desk: Desk;
  readonly asking: EntryId[];
  /** Accepted answers of each question. */
  readonly counts: Map<EntryId, number>;
  readonly complaints: unknown[];
  copy: Fold;
}

function openTrial(): Trial {
  const desk = openDesk();
  const asking = [asked(desk, asks(bob)), asked(desk, asks(bob)), asked(desk, asks(cyd))];
  return { desk, asking, counts: new Map(), complaints: [], copy: restored(desk) };
}

/** Tells both, and answers whether it counts. */
function tellBoth({ desk, copy, complaints }: Trial, draft: EntryDraft): boolean {
  const { ok } = desk.tell(draft);
  const told = entryId("desk", desk.fold.counterOf(instance("desk")));
  const { at } = desk.fold.state.approvals.get(told) ?? { at: "" };
  if (copy.add(Entry.parse({ ...draft, v: 1, id: told, at }))?.ok !== ok) complaints.push(["differs", draft]);
  return ok;
}

function act(trial: Trial, { what, by, ask: which, allow, wrong }: Act): void {
  const ask = trial.asking[which] ?? entryId("nobody", 1);
  if (what === "answer")
    give(trial, answers(by, ask, { verdict: allow ? "allow" : "deny" }), wrong ? other : digest);
  else if (what !== "ask") settleOne(trial, { op: "settle", by, ask, how: what });
  else if (tellBoth(trial, asks(by))) trial.asking.push(last(trial.desk).id);
}

function give(trial: Trial, draft: DraftOf<"answer">, shown: string): void {
  if (!tellBoth(trial, { ...draft, digest: shown })) return;
  const before = trial.counts.get(draft.ask) ?? 0;
  trial.counts.set(draft.ask, before + 1);
  if (draft.by !== "user" || shown !== digest || before > 0) trial.complaints.push(["answered", draft]);
}

function settleOne(trial: Trial, draft: DraftOf<"settle">): void {
  const isUsed = tellBoth(trial, draft) && draft.how === "used";
  if (isUsed && trial.counts.get(draft.ask) !== 1) trial.complaints.push(["used", draft]);
}

test("whatever the order, at most one answer counts for each question, it is the user's, and a fold that began from a snapshot is equal", () => {
  let counted = 0;
  fc.assert(
    fc.property(fc.array(acts, { minLength: 10, maxLength: 40, size: "max" }), fc.nat(40), (script, cut) => {
      const trial = openTrial();
      for (const [index, step] of script.entries()) {
        if (index === cut) trial.copy = restored(trial.desk);
        act(trial, step);
      }

      const { desk, copy } = trial;
      counted += trial.counts.size;
      expect(trial.complaints).toEqual([]);
      expect(timeless(copy)).toEqual(timeless(desk.fold));
      expect(stateHash(restored(desk).state)).toBe(stateHash(desk.fold.state));
    }),
    { numRuns: 200 },
  );
  // A rule that refuses everything would pass all of the above.
  expect(counted).toBeGreaterThan(100);
});

/** Everything but the times, which the copy is not told. */
function timeless({ state }: Fold): unknown {
  return JSON.parse(JSON.stringify([...state.approvals.values()]), (key, value: unknown) =>
    key === "at" ? "" : value,
  );
}

function restored({ fold }: Desk): Fold {
  const saved: unknown = JSON.parse(JSON.stringify(fold.save()));
  if (!isSavedFold(saved)) throw new Error("what was saved is not restored");
  return openFold(saved);
}
