import type { TurnEnd, UserInput } from "../agent/loop-deps.ts";
import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { InstanceId, type MemberName, type TeamName } from "../protocol/names.ts";
import { memberNamed } from "../team/derive.ts";
import { releaseTask } from "../team/tasks.ts";
import type { Team } from "../team/team.ts";
import { deathWatch } from "./liveness.ts";
import { type Bell, createBell } from "./member-bell.ts";
import { createControl, type LifeControl } from "./member-control.ts";
import type { Life, StopReason } from "./member-life.ts";
import { type MemberJob, type MemberParts, openParts } from "./member-parts.ts";
import { isRefused, isTrouble, tellTrouble, troubleLog, troubleText } from "./member-trouble.ts";
import { type WatchDeps, watchDeaths, watchJournal, watchMail, whyOver } from "./member-watch.ts";
import { findModelSource } from "./model-source.ts";

/** As much of a workspace as a member needs. */
export interface TeamDoor {
  readonly host: Host;
  readonly open: (name: TeamName, instance: InstanceId) => Promise<Team>;
}

/**
 * An agent process: lives the life `instance` of a member until it is asked to end. Answers the exit code. Throws
 * `auth_missing`, `team_not_found`, `agent_not_found`, `conflict` when the journal names another life of the member,
 * and what the journal throws when it can no longer be read.
 */
// oxlint-disable-next-line max-params -- they are the arguments of a program, and none of them belongs to another
export async function liveAsMember(
  workspace: TeamDoor,
  teamName: TeamName,
  memberName: MemberName,
  instance: InstanceId,
  signal: AbortSignal,
): Promise<number> {
  const source = await findModelSource(workspace.host);
  const team = await workspace.open(teamName, instance);
  try {
    const clock = (): number => performance.now();
    const { facts, member } = ownLife(team, memberName, instance);
    const onTrouble = troubleLog(member.name, clock);
    return await live(workspace, { team, facts, member, instance, source, clock, onTrouble }, signal);
  } finally {
    await team.close();
  }
}

function ownLife(team: Team, name: MemberName, instance: InstanceId): Pick<MemberJob, "facts" | "member"> {
  const { team: facts } = team.state();
  const member = memberNamed(team.state(), name);
  if (facts === undefined || member === undefined)
    throw new TroupeError("agent_not_found", `no agent named ${name} in team ${team.name}`, {
      hint: "troupe agent list",
    });
  if (member.life?.instance !== instance || member.life.ended !== undefined)
    throw new TroupeError(
      "conflict",
      `${member.name} has another life than ${instance}: ${member.life?.instance ?? "none was started"}`,
      { hint: "troupe up starts agents; do not start them by hand" },
    );
  return { facts, member };
}

async function live(workspace: TeamDoor, job: MemberJob, signal: AbortSignal): Promise<number> {
  const bell = createBell();
  let show = (_: Life): void => undefined;
  const control = createControl((life) => {
    show(life);
    bell.ring();
  });
  const parts = await openParts(job, control);
  show = shower(job, parts);
  const background = new AbortController();
  const stops = watchStops(job, control, signal);
  await parts.presence.begin();
  const watching = watchAll(job, { parts, control, bell }, background.signal);
  let why: StopReason = "gone";
  try {
    control.dispatch({ type: "ready", unfinished: parts.first.length > 0 || parts.agent.isUnanswered() });
    why = await workUntilStopped(job, { parts, control, bell });
    if (why === "asked") await endInOrder(job);
  } finally {
    stops.close();
    background.abort();
    parts.intake.close();
    await parts.presence.end(why !== "gone");
    await watching.done;
  }
  if (why === "asked") await writeEnd(job);
  if (why === "gone") await throwUnlessGone(workspace, job, watching.lost());
  return 0;
}

/** `run.json` says what the life is. */
function shower({ team, member }: MemberJob, { presence }: MemberParts): (life: Life) => void {
  return ({ status }) => {
    const [task = null] = team.index.owned(member.name);
    presence.show({ status: status === "stopped" ? "stopping" : status, task });
  };
}

interface Living {
  readonly parts: MemberParts;
  readonly control: LifeControl;
  readonly bell: Bell;
}

/** Journal entries and signals that end the life. */
function watchStops(
  { team, member, instance }: MemberJob,
  control: LifeControl,
  signal: AbortSignal,
): { readonly close: () => void } {
  const look = (): void => {
    const why = whyOver(team.state(), member.name, instance);
    if (why !== undefined) control.dispatch({ type: "stop", hard: why !== "asked", why });
  };
  const aborted = (): void => control.dispatch({ type: "stop", hard: isHard(signal.reason), why: "asked" });
  const unsubscribe = team.subscribe(look);
  signal.addEventListener("abort", aborted);
  look();
  if (signal.aborted) aborted();
  return {
    close: () => {
      unsubscribe();
      signal.removeEventListener("abort", aborted);
    },
  };
}

/** SIGINT: a person wants it to end now. */
function isHard(reason: unknown): boolean {
  return reason instanceof TroupeError && reason.details["signal"] === "SIGINT";
}

/** Everything that runs beside the turns. `done` never rejects. */
function watchAll(
  { team, instance, onTrouble }: MemberJob,
  { parts, control, bell }: Living,
  signal: AbortSignal,
): { readonly done: Promise<unknown>; readonly lost: () => TroupeError | undefined } {
  let lost: TroupeError | undefined;
  const deps: WatchDeps = {
    team,
    instance,
    ring: bell.ring,
    onTrouble,
    onLost: (error) => {
      lost = error;
      control.dispatch({ type: "stop", hard: true, why: "gone" });
    },
  };
  const done = Promise.all([
    watchJournal(deps, signal),
    watchMail(parts.mailbox.changes, bell.ring, signal),
    watchDeaths(deps, deathWatch(team), signal),
  ]);
  return { done, lost: () => lost };
}

/** Turn, rest, turn: until the life is over. */
async function workUntilStopped(job: MemberJob, living: Living): Promise<StopReason> {
  const { control, parts } = living;
  let inputs = parts.first;
  for (;;) {
    const life = control.life();
    if (life.status === "stopped") return life.why;
    if (life.status === "idle") inputs = await waitForWork(job, living, life);
    else {
      const end = await turn(job, living, inputs);
      inputs = [];
      control.dispatch({ type: "turn_ended", outcome: outcomeOf(end) });
    }
  }
}

async function turn(
  { team, member, onTrouble }: MemberJob,
  { parts, control }: Living,
  inputs: readonly UserInput[],
): Promise<TurnEnd> {
  const life = control.life();
  const isFirst = life.status !== "working" || life.failures === 0;
  let end: TurnEnd;
  try {
    end = await parts.agent.run(inputs);
  } catch (error) {
    if (!isTrouble(error)) throw error;
    onTrouble(error);
    end = { reason: "failed", code: "failed", message: error.message };
  }
  parts.duty.rested(parts.agent.hasAsked());
  const text = control.isStopping() || !isFirst ? undefined : troubleText(member.name, end);
  if (text !== undefined) await tellTrouble(team, member, text).catch(onTrouble);
  return end;
}

function outcomeOf(end: TurnEnd): "finished" | "unreachable" | "refused" {
  if (end.reason !== "failed") return "finished";
  return isRefused(end) ? "refused" : "unreachable";
}

/** Waits until there is something for the model, or a retry is due, or the life ends. Makes no model call. */
async function waitForWork(
  { clock, onTrouble }: MemberJob,
  { parts, control, bell }: Living,
  { failures, retryInMs }: Extract<Life, { status: "idle" }>,
): Promise<readonly UserInput[]> {
  const retryAt = retryInMs === null ? null : clock() + retryInMs;
  while (control.life().status === "idle") {
    let inputs: readonly UserInput[] = [];
    let dueInMs: number | null = null;
    try {
      inputs = await parts.intake.take();
      // Whoever has no model to work with claims nothing and reminds nobody.
      if (inputs.length === 0 && failures === 0) inputs = await parts.duty.next();
      dueInMs = failures === 0 ? parts.duty.dueInMs() : null;
    } catch (error) {
      if (!isTrouble(error)) throw error;
      onTrouble(error);
      dueInMs = LOOK_AGAIN_MS;
    }
    if (inputs.length > 0) {
      control.dispatch({ type: "input" });
      return inputs;
    }
    if (retryAt !== null && clock() >= retryAt) control.dispatch({ type: "retry_due" });
    else await bell.wait(sooner(dueInMs, retryAt === null ? null : Math.max(1, retryAt - clock())));
  }
  return [];
}

/** After trouble with mailbox or journal, in ms. */
const LOOK_AGAIN_MS = 1_000;

function sooner(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

/** Gives back what this member works on. Its transcript stays, for a later life. */
async function endInOrder({ team, member, onTrouble }: MemberJob): Promise<void> {
  for (const id of team.index.owned(member.name)) {
    const released = await releaseTask(team, member.name, id, { why: "stopped" });
    if (!released.ok) onTrouble(new Error(`#${id} was not given back: ${released.reason.kind}`));
  }
}

async function writeEnd({ team, member, instance }: MemberJob): Promise<void> {
  await team.commit({ op: "end", by: member.name, member: member.name, instance, how: "stopped" });
}

/** F1, F2: a team that was removed, or made again under its name, is no trouble of ours. A damaged journal is. */
async function throwUnlessGone(
  workspace: TeamDoor,
  { team, facts }: MemberJob,
  lost: TroupeError | undefined,
): Promise<void> {
  if (lost === undefined) return;
  try {
    const found = await workspace.open(team.name, InstanceId.parse(team.host.newId()));
    const instance = found.state().team?.instance;
    await found.close();
    if (instance !== facts.instance) return;
  } catch (error) {
    if (error instanceof TroupeError && error.code === "team_not_found") return;
    throw lost;
  }
  throw lost;
}
