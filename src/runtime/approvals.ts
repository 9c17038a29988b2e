import type { EntryId, MemberName, TaskId } from "../protocol/names.ts";
import type { ApprovalKind, PermissionMode, Plan } from "../protocol/permissions.ts";
import { askApproval, digestOf, type HideIn, planInput, settleApproval } from "../team/approvals.ts";
import { refusalText } from "../team/refusal-text.ts";
import type { Approval } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { given } from "./given.ts";

/** What a member wants to know from a person before it goes on. */
export interface Question {
  readonly kind: ApprovalKind;
  readonly tool?: string;
  readonly input?: unknown;
  /** One line for people: the command, the path, the subject. */
  readonly summary: string;
  /** Why it is asked. */
  readonly reason?: string;
  /** The rule that "always" would add; without it the answer holds this once only. */
  readonly rule?: string;
  readonly plan?: Plan;
  /** The sub-agent that wants it. */
  readonly sub?: string;
  readonly task?: TaskId;
}

export type Answer =
  | {
      readonly verdict: "allow";
      readonly mode?: PermissionMode;
      readonly always?: string;
      readonly note?: string;
    }
  /** `unanswered`: no person said no; the note says why there is no answer. */
  | { readonly verdict: "deny"; readonly note?: string; readonly unanswered?: true };

export interface Approvals {
  /**
   * Waits for the answer, as long as it takes, without a model call and without polling. Identical questions that are
   * open are one; an answer that an earlier life of the member did not use is taken. An allowed question is settled when
   * this comes back: the caller may act now, once. `signal` withdraws it (denied). Throws what `commit` throws.
   */
  readonly ask: (question: Question, signal: AbortSignal) => Promise<Answer>;
}

export interface OwnApprovals extends Approvals {
  /** Withdraws what earlier lives asked and nobody asks any more. For the end of a turn or of a life. */
  readonly withdrawForgotten: () => Promise<void>;
}

/** Node takes a longer time for 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Whose questions they are. */
interface Asker {
  readonly team: Team;
  readonly me: MemberName;
  readonly hideIn: HideIn | undefined;
}

/** Several callers that wait for the answer to one question. */
interface Wait {
  readonly answer: Promise<Answer>;
  /** Nobody waits any more. */
  readonly gone: AbortController;
  callers: number;
}

const INTERRUPTED = unanswered("the turn was interrupted; nobody has answered");
const NOBODY_THERE = unanswered(
  "nobody has answered in time: this team runs without a person who could be asked",
);
const WITHDRAWN = unanswered("the question was withdrawn");

function unanswered(note: string): Answer {
  return { verdict: "deny", note, unanswered: true };
}

/**
 * The questions of one member, kept without what `hideIn` takes out. One opening in a process: `team` must be followed by
 * somebody who reads on.
 */
export function openApprovals(team: Team, me: MemberName, hideIn?: HideIn): OwnApprovals {
  const asker: Asker = { team, me, hideIn };
  const waits = new Map<string, Wait>();

  const begin = (question: Question): Wait => {
    const key = keyOf(question);
    const known = waits.get(key);
    if (known && !known.gone.signal.aborted) return known;
    const gone = new AbortController();
    const answer = pursueAfter(known?.answer, () => pursue(asker, question, gone.signal)).finally(() => {
      if (waits.get(key) === wait) waits.delete(key);
    });
    const wait: Wait = { answer, gone, callers: 0 };
    waits.set(key, wait);
    return wait;
  };

  return {
    ask: async (question, signal) => {
      if (signal.aborted) return INTERRUPTED;
      const wait = begin(question);
      wait.callers += 1;
      let leave: (() => void) | undefined;
      const left = new Promise<Answer>((resolve) => {
        leave = () => {
          wait.callers -= 1;
          // The last one waits until the question is withdrawn: whoever looks afterwards finds it so.
          if (wait.callers === 0) wait.gone.abort();
          else resolve(INTERRUPTED);
        };
        signal.addEventListener("abort", leave);
      });
      try {
        return await Promise.race([wait.answer, left]);
      } finally {
        if (leave) signal.removeEventListener("abort", leave);
      }
    },
    withdrawForgotten: async () => {
      if (waits.size > 0) return;
      for (const approval of unsettledOf(team, me)) await settleApproval(team, me, approval.id, "withdrawn");
    },
  };
}

/** A question that is just being withdrawn is another one: whoever asks it anew is not answered by that. */
async function pursueAfter(
  before: Promise<Answer> | undefined,
  pursued: () => Promise<Answer>,
): Promise<Answer> {
  // Its failure is told to those who waited for it.
  if (before !== undefined) await Promise.allSettled([before]);
  return pursued();
}

function keyOf({ kind, tool, input, plan }: Question): string {
  return `${kind} ${digestOf(tool, plan ? planInput(plan) : input)}`;
}

function unsettledOf(team: Team, me: MemberName): readonly Approval[] {
  return [...team.state().approvals.values()].filter(({ by, settled }) => by === me && !settled);
}

/** One question from its entry to its end. */
async function pursue(asker: Asker, question: Question, gone: AbortSignal): Promise<Answer> {
  const { team, me } = asker;
  await team.readOn();
  const id = former(team, me, question) ?? (await asked(asker, question));
  if (typeof id !== "string") return id;
  const end = await whenOver(team, id, gone);
  // An answer that came in the last moment counts.
  if (end === "late") await team.readOn();
  const { answer } = team.state().approvals.get(id) ?? {};
  if (end === "gone" || !answer) return withdrawn(team, me, id, end);
  // Before anything is done: after a crash from here on it is asked again, never done twice.
  const settled = await settleApproval(team, me, id, "used");
  if (!settled.ok) return { verdict: "deny", note: refusalText(settled.reason).message };
  const { verdict, note, always, mode } = answer;
  return verdict === "allow"
    ? { verdict, ...given({ note, always, mode }) }
    : { verdict, ...given({ note }) };
}

async function withdrawn(team: Team, me: MemberName, id: EntryId, end: End): Promise<Answer> {
  if (end === "settled") return WITHDRAWN;
  await settleApproval(team, me, id, "withdrawn");
  return end === "late" ? NOBODY_THERE : INTERRUPTED;
}

/** The same question of an earlier life, open or answered. Of plans only the last one of its task: an older one opens nothing. */
function former(team: Team, me: MemberName, question: Question): EntryId | undefined {
  const { kind, task, tool, input, plan } = question;
  const digest = digestOf(tool, plan ? planInput(plan) : input);
  const current = task === undefined ? undefined : team.state().tasks.get(task)?.plan?.ask;
  return unsettledOf(team, me).find(
    (one) => one.kind === kind && one.digest === digest && (kind !== "plan" || one.id === current),
  )?.id;
}

async function asked({ team, me, hideIn }: Asker, question: Question): Promise<EntryId | Answer> {
  // A new plan takes the place of the former one: nobody should read what its author has given up.
  if (question.kind === "plan")
    for (const { id, kind, task } of unsettledOf(team, me))
      if (kind === "plan" && task === question.task) await settleApproval(team, me, id, "withdrawn");
  const outcome = await askApproval(team, me, question, hideIn);
  if (outcome.ok) return outcome.entry.id;
  return { verdict: "deny", note: refusalText(outcome.reason, team.state()).message };
}

/**
 * answered: there is an answer. settled: somebody withdrew it. late: the deadline of a team without a person is over.
 * gone: nobody waits for it.
 */
type End = "answered" | "settled" | "late" | "gone";

async function whenOver(team: Team, id: EntryId, gone: AbortSignal): Promise<End> {
  const ms = team.state().team?.lease?.answerWithinMs;
  const over = new AbortController();
  try {
    return await new Promise<End>((resolve) => {
      const look = (): void => {
        const approval = team.state().approvals.get(id);
        if (!approval || approval.settled) resolve("settled");
        else if (approval.answer) resolve("answered");
      };
      const leave = (): void => resolve("gone");
      const unsubscribe = team.subscribe(look);
      gone.addEventListener("abort", leave);
      const timer =
        ms === undefined ? undefined : setTimeout(() => resolve("late"), Math.min(ms, LONGEST_TIMER_MS));
      over.signal.addEventListener("abort", () => {
        unsubscribe();
        gone.removeEventListener("abort", leave);
        clearTimeout(timer);
      });
      look();
      if (gone.aborted) leave();
    });
  } finally {
    over.abort();
  }
}
