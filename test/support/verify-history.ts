import { type Call, grouped, type Post } from "./kill-history.ts";
import { findUnexplained } from "./linearizability.ts";
import { isTaskOperation, type TaskOperation, taskModel } from "./linearizability-task.ts";
import type { Counted, Evidence } from "./verify-evidence.ts";
import type { Rules, Violation } from "./verify-words.ts";

type Answered = Call & { readonly answer: NonNullable<Call["answer"]> };

const isAnswered = (call: Call): call is Answered => call.answer !== undefined;

function named({ life, draft }: Call): string {
  return `${draft.op}${draft.task === undefined ? "" : ` of task ${draft.task}`} by ${life.member}'s life ${life.number}`;
}

/** The entry that a refused draft would have been. */
function asEntry(draft: Call["draft"]): Record<string, unknown> {
  return { v: 1, id: "asked-only.1", at: "", ...draft };
}

/**
 * The journal as the witness: every answer is what the rules say at the entry's position (of a refusal without an entry:
 * behind the last entry that its process had folded), and what ended before something else began stands in front of it.
 */
export function witness(entries: readonly Counted[], calls: readonly Call[], rules: Rules): Violation[] {
  const answered = calls.filter(isAnswered);
  const byId = grouped(answered, ({ answer }) => answer.id);
  const violations: Violation[] = [];
  const places = new Map<string, number>();
  for (const [place, { id, line }] of entries.entries()) {
    const verdict = rules.verdict(line);
    places.set(id, place);
    for (const call of byId.get(id) ?? []) {
      const { how, refusal } = call.answer;
      const said = how === "early" ? rules.ask(asEntry(call.draft)) : verdict;
      const wanted = refusal ?? "ok";
      if (said !== wanted)
        violations.push({
          invariant: 4,
          what: `${named(call)} was answered ${wanted} at ${id}, where it is ${said}`,
        });
    }
  }
  for (const call of answered)
    if (!places.has(call.answer.id))
      violations.push({
        invariant: 1,
        what: `${named(call)} was answered by ${call.answer.id}, which does not stand`,
      });
  const inTime = answered.map((call) => ({
    call: call.call,
    ret: call.answer.ret,
    place: places.get(call.answer.id) ?? -1,
    isEntry: call.answer.how !== "early",
    what: named(call),
  }));
  return [...violations, ...inRealTime(inTime, 4)];
}

interface Timed {
  readonly call: bigint;
  readonly ret: bigint;
  readonly place: number;
  /** An entry has its place alone; a refusal may share that of the entry in front of it. */
  readonly isEntry: boolean;
  readonly what: string;
}

const byTime = (one: bigint, other: bigint): number => (one < other ? -1 : Number(one > other));

/** What returned before another was called stands in front of it. */
function inRealTime(all: readonly Timed[], invariant: number): Violation[] {
  const known = all.filter(({ place }) => place >= 0);
  const ended = known.toSorted((one, other) => byTime(one.ret, other.ret));
  const violations: Violation[] = [];
  let next = 0;
  let highest: Timed | undefined;
  for (const one of known.toSorted((first, other) => byTime(first.call, other.call))) {
    for (let before = ended[next]; before && before.ret < one.call; before = ended[++next])
      if (!highest || before.place > highest.place) highest = before;
    const isBehind = !highest || highest.place < one.place || (highest.place === one.place && !one.isEntry);
    if (!isBehind)
      violations.push({
        invariant,
        what: `${one.what} stands in front of ${highest?.what}, which had ended before`,
      });
  }
  return violations;
}

/** The same for each mailbox: what was sent before something else was sent stands in front of it. */
export function mailInTime(
  boxes: ReadonlyMap<string, readonly string[]>,
  posts: readonly Post[],
): Violation[] {
  return [...grouped(posts, ({ log }) => log)].flatMap(([log, sent]) => {
    const places = new Map((boxes.get(log) ?? []).map((id, place) => [id, place]));
    // A product that is sent again, because the first sending was cut off, stands where it stood.
    const once = [...grouped(sent, ({ id }) => id).values()].flatMap((same) =>
      same.length === 1 ? same : [],
    );
    const timed = once.flatMap(({ id, call, ret }) =>
      ret === undefined
        ? []
        : [{ call, ret, place: places.get(id) ?? -1, isEntry: true, what: `${id} in ${log}` }],
    );
    return inRealTime(timed, 3);
  });
}

/** Without the journal: each task's history alone must have an order that explains it. */
export function searchTasks(calls: readonly Call[]): Violation[] {
  const about = calls.filter(({ draft }) => draft.task !== undefined && isTaskOperation(draft.op));
  return [...grouped(about, ({ draft }) => draft.task)].flatMap(([task, history]) => {
    const isNew = history.some(({ draft, answer }) => draft.op === "create" && answer?.refusal === undefined);
    const operations = history.map((call) => operationOf(call, history));
    const wrong = findUnexplained(operations, taskModel(isNew ? "absent" : "pending"));
    return wrong === undefined
      ? []
      : [{ invariant: 4, what: `no order explains the history of task ${task}: ${wrong}` }];
  });
}

function operationOf(call: Call, history: readonly Call[]): TaskOperation {
  const { draft, answer } = call;
  return {
    call: call.call,
    ret: answer?.ret,
    what: named(call),
    op: draft.op,
    by: draft.by,
    claim: draft.claim,
    to: draft.to ?? undefined,
    id: answer?.id ?? cutOffId(call, history),
    refusal: answer?.refusal,
  };
}

/** A claim that was cut off has the id that others name and nobody was told: a process dies in one call at most. */
function cutOffId({ instance }: Call, history: readonly Call[]): string {
  const told = new Set(history.map(({ answer }) => answer?.id));
  const claims = history.map(({ draft }) => draft.claim);
  return claims.find((claim) => claim?.startsWith(`${instance}.`) && !told.has(claim)) ?? `${instance}.?`;
}

/** A process that sleeps is alive: nobody may say that it died and take its task. */
export function noRescueOfTheLiving(evidence: Evidence, calls: readonly Call[]): Violation[] {
  // Of its own claims only: a claim on behalf of somebody else says nothing of that one's process.
  const own = calls.filter(({ draft, life }) => draft.op === "claim" && draft.by === life.member);
  const claimers = new Map(own.map(({ instance, life }) => [instance, life]));
  const released = new Map(
    (evidence.logs.get("journal") ?? [])
      .filter(({ line }) => line.op === "release" && line["why"] === "died")
      .map(({ id, line }) => [id, String(line["claim"])]),
  );
  return calls.filter(isAnswered).flatMap(({ answer }) => {
    const claim = released.get(answer.id);
    if (claim === undefined || answer.how !== "ok") return [];
    const owner = claimers.get(claim.slice(0, claim.lastIndexOf(".")));
    return owner && answer.ret < owner.aliveUntil
      ? [
          {
            invariant: 4,
            what: `the claim ${claim} was released as a dead one's by ${answer.id} while its process lived`,
          },
        ]
      : [];
  });
}
