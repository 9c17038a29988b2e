import * as fc from "fast-check";
import type { EntryId, MemberName } from "../../src/protocol/names.ts";
import { encodeLine } from "../../src/store/line-codec.ts";
import { openTeam } from "../../src/team/open-team.ts";
import { stateHash } from "../../src/team/state-hash.ts";
import {
  blockTask,
  claimNext,
  claimTask,
  completeTask,
  createTask,
  deleteTask,
  failTask,
  releaseTask,
  reopenTask,
  type TaskOutcome,
  unblockTask,
} from "../../src/team/tasks.ts";
import type { Outcome, Team } from "../../src/team/team.ts";
import { teamOnMemory } from "./fuzz-log.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";
import { ada, bob, cyd, id, instance, teamEntry } from "./team-entries.ts";
import { testHost } from "./test-host.ts";

const MEMBERS = [ada, bob, cyd] as const;
const ACTS = [
  ...([
    "claim",
    "claim",
    "claim",
    "claimNext",
    "claimNext",
    "complete",
    "complete",
    "create",
    "create",
  ] as const),
  ...(["completeOld", "release", "died", "died", "fail", "reopen", "block", "unblock", "delete"] as const),
] as const;

/** What one member does; `task` and `other` are numbers of tasks, which may not be there. */
interface Act {
  readonly who: MemberName;
  readonly what: (typeof ACTS)[number];
  readonly task: number;
  readonly other: number;
}

/** A task as the rules of docs/protocol.md have it, in the simplest words. `token`: how many claims there were when it was claimed. */
interface Modelled {
  status: "pending" | "in_progress" | "completed" | "failed" | "deleted";
  owner: string | undefined;
  token: number;
  deaths: number;
  blockers: readonly number[];
}

type Model = readonly Modelled[];

const HELD = 3;

function isClaimable(model: Model, number: number): boolean {
  const task = model[number - 1];
  if (task?.status !== "pending" || task.deaths >= HELD) return false;
  return !task.blockers.some((blocker) => {
    const status = model[blocker - 1]?.status;
    return status !== "completed" && status !== "deleted";
  });
}

/** Whether `goal` is among the blockers of `from`, at whatever distance. */
function reaches(model: Model, from: number, goal: number): boolean {
  if (from === goal) return true;
  const task = model[from - 1];
  return (
    task !== undefined &&
    task.status !== "deleted" &&
    task.blockers.some((next) => reaches(model, next, goal))
  );
}

function isThere(task: Modelled | undefined): boolean {
  return task !== undefined && task.status !== "deleted";
}

/** Done, failed or held: what may be opened again. */
function isOver(task: Modelled | undefined): boolean {
  if (task?.status === "completed" || task?.status === "failed") return true;
  return task?.status === "pending" && task.deaths >= HELD;
}

function mayWait(model: Model, number: number, other: number): boolean {
  const task = model[number - 1];
  const isOpen = isThere(task) && task?.status !== "completed";
  return isOpen && isThere(model[other - 1]) && !reaches(model, other, number);
}

/** What an act is decided on before its round. */
interface Round {
  /** There is no task `other` yet. */
  readonly isNew: boolean;
}

/** What happened, as far as a model has to know: whether it counted, and which task a free choice fell on. */
interface Happened {
  readonly ok: boolean;
  readonly task: number;
}

/** The model after an act; undefined when the rules say that this cannot be what happened. */
function after(
  model: Model,
  { who, what, task: number, other, isNew }: Act & Round,
  happened: Happened,
  token: number,
): Model | undefined {
  const task = model[number - 1];
  const there = isThere(task);
  const owned = task?.owner === who;
  const set = (place: number, fields: Partial<Modelled>): Model =>
    model.map((old, index) => (index === place - 1 ? { ...old, ...fields } : old));
  const free = { owner: undefined, token: 0 };
  const claimed = { status: "in_progress", owner: who, token } as const;
  const rules: Record<Act["what"], readonly [boolean, () => Model]> = {
    create: [
      model[other - 1]?.status !== "deleted",
      () => [...model, { status: "pending", deaths: 0, blockers: isNew ? [] : [other], ...free }],
    ],
    claim: [isClaimable(model, number), () => set(number, claimed)],
    claimNext: [
      happened.ok
        ? isClaimable(model, happened.task)
        : model.some((_, index) => isClaimable(model, index + 1)),
      () => set(happened.task, claimed),
    ],
    complete: [owned, () => set(number, { status: "completed", ...free })],
    // Its claim is one that never was, or is over.
    completeOld: [false, () => model],
    release: [owned, () => set(number, { status: "pending", ...free })],
    died: [
      task?.owner !== undefined,
      () => set(number, { status: "pending", deaths: (task?.deaths ?? 0) + 1, ...free }),
    ],
    fail: [owned, () => set(number, { status: "failed", ...free })],
    reopen: [isOver(task), () => set(number, { status: "pending", deaths: 0 })],
    block: [
      mayWait(model, number, other),
      () => set(number, { blockers: [...new Set([...(task?.blockers ?? []), other])] }),
    ],
    unblock: [
      there && task?.blockers.includes(other) === true,
      () => set(number, { blockers: (task?.blockers ?? []).filter((blocker) => blocker !== other) }),
    ],
    delete: [there, () => set(number, { status: "deleted", ...free })],
  };
  const [ok, next] = rules[what];
  if (ok !== happened.ok) return undefined;
  return ok ? next() : model;
}

/** The act, by the team's own calls. */
async function carryOut(
  team: Team,
  { who, what, task: number, other, isNew }: Act & Round,
  claims: EntryId[],
): Promise<Happened> {
  const task = id(number);
  const current = team.state().tasks.get(task);
  const calls: Record<Act["what"], () => Promise<TaskOutcome | Outcome>> = {
    create: () => createTask(team, who, { subject: "Work", ...(isNew ? {} : { blockedBy: [id(other)] }) }),
    claim: () => claimTask(team, who, task),
    claimNext: () => claimNext(team, who),
    complete: () => completeTask(team, who, task, "done"),
    completeOld: () => {
      const old = claims.filter((claim) => claim !== current?.claim).at(-1) ?? team.nextId();
      return team.commit({ op: "complete", by: who, task, claim: old });
    },
    release: () => releaseTask(team, who, task),
    died: async () => {
      await team.readOn();
      const claim = team.state().tasks.get(task)?.claim ?? team.nextId();
      return team.commit({ op: "release", by: who, task, claim, why: "died" });
    },
    fail: () => failTask(team, who, task, "no"),
    reopen: () => reopenTask(team, "user", task),
    block: () => blockTask(team, who, task, [id(other)]),
    unblock: () => unblockTask(team, who, task, [id(other)]),
    delete: () => deleteTask(team, "user", task, { force: true }),
  };
  const outcome = await calls[what]();
  if (!outcome.ok) return { ok: false, task: number };
  const found = "task" in outcome ? outcome.task : undefined;
  if (found?.claim !== undefined) claims.push(found.claim);
  return { ok: true, task: Number(found?.id ?? number) };
}

function shown(model: Model): readonly unknown[] {
  return model.map(({ status, owner, deaths, blockers }, index) => [
    index + 1,
    status,
    owner ?? null,
    deaths,
    blockers.toSorted((one, other) => one - other),
  ]);
}

async function shownOf(team: Team): Promise<readonly unknown[]> {
  const { tasks } = await team.readOn();
  return [...tasks.values()].map(({ id: number, status, owner, deaths, blockedBy }) => [
    Number(number),
    status,
    owner ?? null,
    deaths,
    blockedBy.map(Number).toSorted((one, other) => one - other),
  ]);
}

async function openTeams(): Promise<readonly Team[]> {
  const { fs, open, paths } = teamOnMemory();
  fs.put(`${paths.journal}/1.jsonl`, encodeLine(JSON.stringify(teamEntry())));
  const teams: Team[] = [];
  for (const name of MEMBERS)
    teams.push(await openTeam(await open(), testHost(name), instance(`${name}team`)));
  const [first] = teams;
  for (const member of MEMBERS)
    await first?.commit({
      op: "join",
      by: "user",
      member,
      lead: member === ada,
      backend: "hand",
      definition: {},
    });
  return teams;
}

/** One act, or two at the same time by two members. */
const act: fc.Arbitrary<Act> = fc.record({
  who: fc.constantFrom(...MEMBERS),
  what: fc.constantFrom(...ACTS),
  task: fc.integer({ min: 1, max: 4 }),
  other: fc.integer({ min: 1, max: 5 }),
});
export const rounds: fc.Arbitrary<readonly (readonly Act[])[]> = fc.noBias(
  fc.array(fc.array(act, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 25, size: "max" }),
);

/** What the tasks may be after acts that overlapped: one model for each order that the rules allow. */
function explanations(
  model: Model,
  done: readonly (readonly [Act & Round, Happened])[],
  token: number,
): readonly Model[] {
  if (done.length === 0) return [model];
  return done.flatMap(([one, happened], index) => {
    const next = after(model, one, happened, token);
    return next ? explanations(next, done.toSpliced(index, 1), token + 1) : [];
  });
}

/** Fails when what the teams answer and show is not what the rules allow. `wrap`: a team that a detector makes lie. */
export async function keepsRules(
  all: readonly (readonly Act[])[],
  wrap: (team: Team) => Team,
): Promise<void> {
  const teams = (await openTeams()).map(wrap);
  const claims: EntryId[] = [];
  let model: Model = [];
  for (const [round, acts] of all.entries()) {
    // The same member acts once a round: it is one process.
    const chosen = acts.filter(({ who }, index) => acts.findIndex((other) => other.who === who) === index);
    const before = model;
    const done = await Promise.all(
      chosen.map(async (given) => {
        const one = { ...given, isNew: before[given.other - 1] === undefined };
        const team = teams[MEMBERS.findIndex((name) => name === one.who)];
        if (!team) throw new Error("no team");
        return [one, await carryOut(team, one, claims)] as const;
      }),
    );
    const [reader] = teams.slice(round % 3);
    const found = JSON.stringify(reader && (await shownOf(reader)));
    const possible = explanations(model, done, round * 2 + 1);
    const next = possible.find((one) => JSON.stringify(shown(one)) === found);
    if (!next)
      throw new Error(
        `${JSON.stringify(done)} on ${JSON.stringify(shown(model))} gave ${found}; the rules allow ${JSON.stringify(possible.map(shown))}`,
      );
    model = next;
  }
  const hashes = await Promise.all(teams.map(async (team) => stateHash(await team.readOn())));
  must(new Set(hashes).size).toBe(1);
  for (const team of teams) await team.close();
}

export const ruleProperties: readonly Fuzz[] = [
  fuzz({
    title:
      "M12 M13 K5 any acts of three members, two at a time: every answer and the tasks are what simple rules say",
    parsers: [],
    input: rounds,
    open: () => (all) => keepsRules(all, (team) => team),
  }),
];
