import type { UserInput } from "../agent/loop-deps.ts";
import type { MemberName, Party, TaskId } from "../protocol/names.ts";
import { memberNamed } from "../team/derive.ts";
import { sendMessage } from "../team/mail.ts";
import type { Member, Task } from "../team/state.ts";
import { claimNext, claimTask, releaseTask } from "../team/tasks.ts";
import type { Team } from "../team/team.ts";
import { claimedInput, lostInput, reminderInput } from "./inputs.ts";
import type { Intake } from "./member-intake.ts";
import { reportNotice, standstillNotice } from "./member-notices.ts";
import { type Forgotten, type Lying, openForgotten, watchUnclaimed } from "./member-unclaimed.ts";

/** How often an idle owner, or a lead without a report, is reminded. Source: faults.md K7. */
const REMINDERS = 3;
/** Whoever has just asked somebody something may be waiting for the answer. */
const ANSWER_MS = 60_000;

/** What an idle member does by itself when nothing has come in. */
export interface Duty {
  /**
   * The next thing for the model: a reminder that is due, a task just claimed, for the lead a word on the whole team;
   * [] = nothing. May give a forgotten task back.
   */
  readonly next: () => Promise<readonly UserInput[]>;
  /** Milliseconds until `next` may answer something although nothing new came; null: never. */
  readonly dueInMs: () => number | null;
  /** A turn came to its end. `asked`: it sent a message. */
  readonly rested: (asked: boolean) => void;
}

export interface DutyDeps {
  readonly team: Team;
  readonly me: MemberName;
  readonly lead: boolean;
  readonly intake: Intake;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
}

export function openDuty(deps: DutyDeps): Duty {
  const { team, me, lead, intake, clock } = deps;
  let restedAt = clock();
  let asked = false;
  let dueAt: number | null = null;
  const forgotten = openForgotten(clock);
  const unclaimed = watchUnclaimed(team, clock);

  /** True once `ms` have passed since the last turn; until then `dueInMs` tells the rest. */
  const isDue = (ms: number): boolean => {
    const at = restedAt + ms;
    dueAt = clock() < at ? at : null;
    return dueAt === null;
  };
  const dueIn = (ms: number | null): void => {
    dueAt = ms === null ? null : clock() + ms;
  };
  const ownNext = async (task: Task): Promise<readonly UserInput[]> => {
    const told = countTold(intake, (count) => reminderInput(task, count).id);
    if (!isDue(told === 0 && asked ? ANSWER_MS : delayMs(told))) return [];
    if (told < REMINDERS) return intake.offer(reminderInput(task, told + 1));
    forgotten.add(task);
    await giveBack(deps, task);
    return [];
  };
  const leadNext = async (): Promise<readonly UserInput[]> => {
    const state = team.state();
    const told = countTold(intake, (count) => reportNotice(state, count)?.id);
    const notice = told < REMINDERS ? reportNotice(state, told + 1) : undefined;
    if (notice !== undefined) return isDue(delayMs(told)) ? intake.offer(notice) : [];
    const standstill = standstillNotice(state, (member) => hasCandidate(team, member));
    // Whoever hears that the team stands still has heard of each task.
    if (standstill !== undefined) return intake.offer(standstill);
    const { notice: lying, nudges } = unclaimed.look();
    dueIn(unclaimed.dueInMs());
    await nudge(deps, nudges);
    return intake.offer(lying);
  };
  const claim = async (): Promise<readonly UserInput[]> => {
    const member = memberNamed(team.state(), me);
    // The journal is followed, and each entry wakes: what is not in the fold need not be looked for on the disk.
    if (member === undefined || !hasCandidate(team, member)) return [];
    const task = forgotten.isEmpty() ? await nextTask(team, me) : await nextBut(team, me, forgotten);
    if (task === undefined) {
      dueIn(forgotten.dueInMs());
      return [];
    }
    return intake.offer(claimedInput(task, team.index.dependents(task.id), team.host.newId()));
  };

  return {
    next: async () => {
      dueAt = null;
      const own = team.index.owned(me).flatMap((id) => team.state().tasks.get(id) ?? []);
      const first = own[0];
      if (first !== undefined) return ownNext(first);
      return lead ? leadNext() : claim();
    },
    dueInMs: () => (dueAt === null ? null : Math.max(0, dueAt - clock())),
    rested: (hasAsked) => {
      restedAt = clock();
      asked = hasAsked;
    },
  };
}

/** The first word comes at once, the others after 1, 2 and 4 minutes. */
function delayMs(told: number): number {
  return told === 0 ? 0 : ANSWER_MS * 2 ** (told - 1);
}

/** How many of the numbered inputs were said already: what is in the transcript counts, so a restart changes nothing. */
function countTold(intake: Intake, idOf: (count: number) => string | undefined): number {
  let told = 0;
  while (told < REMINDERS) {
    const id = idOf(told + 1);
    if (id === undefined || !intake.isKnown(id)) break;
    told++;
  }
  return told;
}

/** K7: the task is free again, and the lead hears of it. The model is told with whatever comes next. */
async function giveBack({ team, me, lead, intake }: DutyDeps, task: Task): Promise<void> {
  const note = `given back for ${me}, who was idle and did not go on after ${REMINDERS} reminders`;
  const released = await releaseTask(team, me, task.id, { note });
  if (!released.ok) return;
  if (task.claim !== undefined) intake.keep(lostInput(released.task, task.claim));
  const to: Party | undefined = lead ? "user" : leadName(team);
  if (to !== undefined)
    await sendMessage(team, me, {
      to: [to],
      kind: "system",
      task: task.id,
      text: `Task #${task.id} was ${note}.`,
    });
}

function leadName(team: Team): MemberName | undefined {
  for (const member of team.state().members.values())
    if (member.lead && member.left === undefined) return member.name;
  return undefined;
}

async function nextTask(team: Team, me: MemberName): Promise<Task | undefined> {
  const claimed = await claimNext(team, me);
  return claimed.ok ? claimed.task : undefined;
}

/** K6: whoever acts by hand is not woken by an entry. */
async function nudge({ team, me }: DutyDeps, nudges: Lying["nudges"]): Promise<void> {
  for (const { task, to } of nudges)
    await sendMessage(team, me, {
      to: [...to],
      kind: "system",
      task: task.id,
      text: `Task #${task.id} is free and nobody claims it. You may: troupe task claim ${task.id}`,
    });
}

/** As `claimNext`, past the tasks that this member forgot, unless somebody else has had them since or nobody took them. */
async function nextBut(team: Team, me: MemberName, forgotten: Forgotten): Promise<Task | undefined> {
  await team.readOn();
  const { role } = memberNamed(team.state(), me) ?? {};
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const id = firstBut(team, { name: me, role }, forgotten);
    if (id === undefined) return undefined;
    const claimed = await claimTask(team, me, id);
    if (claimed.ok) return claimed.task;
  }
  return undefined;
}

function firstBut(
  team: Team,
  claimer: Pick<Member, "name"> & { readonly role: Member["role"] | undefined },
  forgotten: Forgotten,
): TaskId | undefined {
  for (const id of team.index.candidates({ name: claimer.name, role: claimer.role }, FROM_FIRST)) {
    const task = team.state().tasks.get(id);
    if (task !== undefined && !forgotten.isLeft(task)) return id;
  }
  return undefined;
}

/** Claims that are lost one after another before the next hint is waited for. */
const MOST_TRIES = 5;
const FROM_FIRST = { rank: 0, among: 1, how: "near" } as const;

function hasCandidate(team: Team, { name, role }: Member): boolean {
  for (const _ of team.index.candidates({ name, role }, FROM_FIRST)) return true;
  return false;
}
