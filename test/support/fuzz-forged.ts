import * as fc from "fast-check";
import { Entry } from "../../src/protocol/entries.ts";
import { parseJson, toJson } from "../../src/store/line-codec.ts";
import { accept } from "../../src/team/accept.ts";
import { type Fold, openFold } from "../../src/team/fold.ts";
import type { Approval, Task, TeamState } from "../../src/team/state.ts";
import { stateHash } from "../../src/team/state-hash.ts";
import { must } from "./fuzz-property.ts";
import { opening } from "./team-scripts.ts";

/** Names that objects have by themselves, among members and roles. */
const NAMES = ["ada", "Bob", "bob", "constructor", "toString", "valueOf", "hasOwnProperty", "a"];
const OPS = Entry.options.map(({ shape }) => shape.op.value);
const COMMON = [
  ...(["create", "create", "create", "claim", "claim", "claim", "claim", "complete", "release"] as const),
  ...(["join", "block", "unblock", "fail", "review", "reopen", "ask", "answer", "settle"] as const),
  ...(["block", "unblock", "unblock"] as const),
] as const;

const number = fc
  .oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1, max: 5 }) },
    { weight: 1, arbitrary: fc.constantFrom(6, 99, 999_999_999) },
  )
  .map(String);
const name = fc.constantFrom(...NAMES);
const text = fc.oneof(fc.constant("x"), fc.string({ minLength: 1 }), fc.constant("\ud800"));
const entryIds = fc.nat(40).map((counter) => `forger-a.${counter + 1}`);
const instances = fc.constantFrom("forger-a", "forger-b", "constructor");

/** What an entry of any op may say; the fields that its op does not have are unknown ones. */
const fields = {
  team: fc.constantFrom("demo", "constructor"),
  instance: instances,
  dir: fc.constantFrom("/work", ""),
  settings: fc.constantFrom({}, { review: true }, { durability: "power", later: 1 }),
  goal: text,
  role: fc.option(name),
  lead: fc.boolean(),
  backend: fc.constantFrom("child", "hand"),
  definition: fc.constantFrom({}, { tools: ["constructor"] }, { "10": 1, "9": { deep: [[]] } }),
  reason: text,
  what: fc.constantFrom("interrupt", "pause", "resume", "model", "mode", "compact"),
  value: text,
  detail: text,
  pid: fc.constantFrom(1, 2 ** 31),
  replaces: entryIds,
  lease: entryIds,
  key: fc.constantFrom("0".repeat(16), "f".repeat(16)),
  until: text,
  text,
  subject: text,
  description: fc.string(),
  activeForm: fc.option(text),
  priority: fc.integer({ min: -1000, max: 1000 }),
  blockedBy: fc.array(number, { maxLength: 3 }),
  parent: fc.option(number),
  assignee: name,
  claim: entryIds,
  result: text,
  why: fc.constantFrom("given_back", "stopped", "died"),
  note: text,
  verdict: fc.constantFrom("passed", "returned", "allow", "deny"),
  kind: fc.constantFrom("permission", "plan", "trust"),
  tool: fc.constantFrom("Bash", "constructor"),
  input: fc.jsonValue({ maxDepth: 2 }),
  digest: fc.constantFrom("0".repeat(64), "f".repeat(64)),
  summary: fc.string(),
  plan: fc.integer({ min: 1, max: 2 }).map((version) => ({ version, text: "a plan", files: ["x"] })),
  ask: entryIds,
  how: fc.constantFrom("stopped", "died", "failed", "used", "withdrawn"),
  mode: fc.constantFrom("plan", "bypassPermissions"),
  always: text,
  on: fc.array(number, { minLength: 1, maxLength: 3 }),
  to: fc.option(fc.oneof(name, fc.constant("user"))),
  force: fc.boolean(),
  later: fc.jsonValue({ maxDepth: 2 }),
};
/** Absent most of the time: most of them are one more reason to refuse. */
const OPTIONAL = [
  "goal",
  "role",
  "lead",
  "detail",
  "replaces",
  "description",
  "activeForm",
  "priority",
  "blockedBy",
  "parent",
  "assignee",
  "result",
  "note",
  "force",
  "later",
  "tool",
  "input",
  "mode",
  "always",
];

export interface Forged {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Whose id: counters count up, so that most are new, and some step back. */
  readonly instance: string;
  readonly step: number;
  /** Some of `fields` give way to what would count at this point. */
  readonly isCurrent: boolean;
}

/** An entry of any op, with whatever its fields may hold. */
export const forged: fc.Arbitrary<Forged> = fc.record({
  fields: fc
    .record({
      op: fc.oneof(
        { weight: 60, arbitrary: fc.constantFrom(...COMMON) },
        { weight: 60, arbitrary: fc.constantFrom(...OPS.filter((op) => op !== "close")) },
        { weight: 1, arbitrary: fc.constant("close") },
      ),
      by: fc.constantFrom("user", "user", "system", "ada", "bob", ...NAMES),
      at: fc.constantFrom("2026-11-20T12:00:00.000Z", "yesterday", ""),
      member: name,
      task: number,
      ...fields,
      kept: fc.uniqueArray(fc.constantFrom(...OPTIONAL), { maxLength: 4 }),
    })
    .map(({ kept, ...all }) =>
      Object.fromEntries(
        Object.entries(all).filter(([key]) => !OPTIONAL.includes(key) || kept.includes(key)),
      ),
    ),
  instance: fc.constantFrom("forger-a", "forger-a", "forger-a", "forger-b", "constructor"),
  step: fc.oneof(
    { weight: 9, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constantFrom(-1, 0, 7) },
  ),
  isCurrent: fc.constantFrom(true, true, true, false),
});

type Fields = Readonly<Record<string, unknown>>;

/** What makes an entry count: the next number, the current claim and its owner, the lease that stands. */
function aptFields(fold: Fold, given: Fields): Fields {
  const { tasks } = fold.state;
  const apt = APT[String(given["op"])]?.(fold.state, given);
  return apt ?? aptTask([...tasks.values()][Number(given["task"]) % Math.max(1, tasks.size)], given);
}

const APT: Readonly<Partial<Record<string, (state: TeamState, given: Fields) => Fields>>> = {
  create: ({ tasks }) => ({ task: String(tasks.size + 1), by: "user" }),
  lapse: ({ team }, given) => ({ lease: team?.lease?.id ?? given["lease"] }),
  start: ({ members }) => ({ member: [...members.values()].find(({ left }) => !left)?.name, by: "user" }),
  control: (state) => ({ member: anyChild(state), by: "user" }),
  budget: (state) => ({ member: anyChild(state), by: "user", usd: 5 }),
  spending: (state) => ({
    member: anyChild(state),
    by: anyChild(state),
    percent: (anyChild(state)?.length ?? 0) > 3 ? 80 : 100,
    text: "$4 of $5",
  }),
  end: ({ members }) => {
    const { name: lives, life } = [...members.values()].find((one) => one.life && !one.life.ended) ?? {};
    return { member: lives ?? "bob", instance: life?.instance };
  },
  unblock: ({ tasks }) => {
    const { id, blockedBy } = [...tasks.values()].find((task) => task.blockedBy.length > 0) ?? {};
    return { task: id ?? "1", on: blockedBy ?? ["1"], by: "user" };
  },
  review: ({ tasks }) => ({
    task: [...tasks.values()].find(({ status }) => status === "review")?.id ?? "1",
    by: "system",
    verdict: "passed",
  }),
  ask: () => ({ by: "ada" }),
  answer: (state, { ask }) => {
    const { id = ask, digest } = anyOpen(state) ?? {};
    return { ask: id, digest, verdict: "allow", by: "user" };
  },
  settle: (state, { ask }) => ({ ask: anyOpen(state)?.id ?? ask, how: "withdrawn", by: "system" }),
};

function anyOpen({ approvals }: TeamState): Approval | undefined {
  return [...approvals.values()].find(({ settled }) => !settled);
}

function anyChild({ members }: TeamState): string | undefined {
  return [...members.values()].find(({ backend, left }) => backend === "child" && !left)?.name;
}

function aptTask(task: Task | undefined, { op }: Fields): Fields {
  if (!task) return {};
  if (task.owner === undefined || op === "reopen") return { task: task.id, by: "user" };
  return { task: task.id, claim: task.claim, by: task.owner };
}

/** The entries of a life, as they would stand in a journal; what is no entry is left out. Folds them on the way. */
export function entriesOf(all: readonly Forged[]): {
  readonly entries: readonly Entry[];
  readonly hash: string;
} {
  const fold = openFold();
  const entries = opening(true).slice(0, 4);
  for (const entry of entries) fold.add(entry);
  const counters = new Map<string, number>();
  let hash = stateHash(fold.state);
  for (const { fields: given, instance, step, isCurrent } of all) {
    const counter = Math.max(1, (counters.get(instance) ?? 0) + step);
    counters.set(instance, counter);
    const apt = isCurrent ? aptFields(fold, given) : {};
    // As it comes back from a disk: without lone surrogates.
    const json = toJson({ ...given, ...apt, v: 1, id: `${instance}.${counter}` });
    const parsed = Entry.safeParse(parseJson(json));
    if (!parsed.success) continue;
    const entry = parsed.data;
    const asked = JSON.stringify(accept(fold.state, entry));
    must(stateHash(fold.state), "asking changes nothing").toBe(hash);
    const verdict = fold.add(entry);
    if (verdict) must(JSON.stringify(verdict), "asked twice, answered alike").toBe(asked);
    const after = stateHash(fold.state);
    if (verdict?.ok !== true) must(after, "a void entry changes nothing").toBe(hash);
    hash = after;
    entries.push(entry);
  }
  return { entries, hash };
}
