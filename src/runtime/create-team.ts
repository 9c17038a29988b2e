import { TroupeError } from "../base/errors.ts";
import type { Fs } from "../base/files.ts";
import type { Host } from "../base/host.ts";
import { type Entry, FORMAT_VERSION } from "../protocol/entries.ts";
import { EntryId, InstanceId, sameName, TaskId, type TeamName } from "../protocol/names.ts";
import { createTeamFolder } from "../store/files/team-folders.ts";
import { refusalText } from "../team/refusal-text.ts";
import type { TeamState } from "../team/state.ts";
import type { Outcome, Team } from "../team/team.ts";
import type { PlannedTask } from "./task-plan.ts";
import type { TeamPlan } from "./team-plan.ts";

interface Place {
  readonly fs: Fs;
  readonly host: Host;
  readonly configDir: string;
  readonly open: (name: TeamName, instance: InstanceId) => Promise<Team>;
}

/** The folder at once, then everything else by entries: whoever is killed in between leaves the beginning of the plan. */
export async function createTeam({ fs, host, configDir, open }: Place, plan: TeamPlan): Promise<Team> {
  const instance = InstanceId.parse(host.newId());
  const taken = await tryToCreate(() =>
    createTeamFolder(fs, configDir, plan.name, firstEntry(host, instance, plan)),
  );
  // The first entry has number 1 of this instance, and the opening counts on from there.
  const team = await open(plan.name, instance);
  try {
    if (taken && !isBeginningOf(plan, team.state())) throw taken;
    await carryOut(team, plan);
    return team;
  } catch (error) {
    await team.close();
    throw error;
  }
}

/** The error of a name that is in use; undefined when the folder was made. */
async function tryToCreate(create: () => Promise<unknown>): Promise<TroupeError | undefined> {
  try {
    await create();
    return undefined;
  } catch (error) {
    if (error instanceof TroupeError && error.code === "name_taken") return error;
    throw error;
  }
}

function firstEntry(host: Host, instance: InstanceId, { name, dir, goal, settings }: TeamPlan): Entry {
  return {
    op: "team",
    v: FORMAT_VERSION,
    id: EntryId.parse(`${instance}.1`),
    at: new Date(host.now()).toISOString(),
    by: "user",
    team: name,
    instance,
    dir,
    settings,
    ...(goal === undefined ? {} : { goal }),
  };
}

/** True for a team that this plan began and nobody has used: less than the plan, nothing else, never started. */
function isBeginningOf(plan: TeamPlan, state: TeamState): boolean {
  const { team, members, tasks } = state;
  if (!team || team.closed || team.lease || team.dir !== plan.dir || team.goal !== plan.goal) return false;
  const isOurs =
    [...members.values()].every(
      ({ name, life, left }) =>
        !life && !left && plan.members.some((planned) => sameName(planned.name, name)),
    ) && [...tasks.values()].every(({ id, subject }) => plan.tasks[Number(id) - 1]?.subject === subject);
  return isOurs && !isWhole(plan, state);
}

function isWhole(plan: TeamPlan, { members, tasks }: TeamState): boolean {
  return (
    members.size === plan.members.length &&
    plan.tasks.every(({ blockedBy }, index) => {
      const edges = tasks.get(taskId(index + 1))?.blockedBy;
      return edges !== undefined && blockedBy.every((number) => edges.includes(taskId(number)));
    })
  );
}

/** Adds what is missing. The same plan may be carried out by two processes: numbers and names are taken once. */
async function carryOut(team: Team, { members, tasks }: TeamPlan): Promise<void> {
  for (const { name, role, lead, backend, definition } of members)
    expect(
      await team.commit({
        op: "join",
        by: "user",
        member: name,
        backend,
        definition,
        ...(role === undefined ? {} : { role }),
        ...(lead ? { lead } : {}),
      }),
      "name_taken",
    );
  for (const [index, task] of tasks.entries())
    expect(await team.commit(createEntry(index + 1, task)), "number_taken");
  // Edges to later tasks can be drawn only now; drawn twice they are the same.
  for (const [index, { blockedBy }] of tasks.entries()) {
    const later = blockedBy.filter((number) => number > index + 1).map(taskId);
    if (later.length > 0)
      expect(await team.commit({ op: "block", by: "user", task: taskId(index + 1), on: later }));
  }
}

function createEntry(number: number, { subject, blockedBy, ...fields }: PlannedTask) {
  const earlier = blockedBy.filter((blocker) => blocker < number).map(taskId);
  return {
    op: "create",
    by: "user",
    task: taskId(number),
    subject,
    ...fields,
    ...(earlier.length === 0 ? {} : { blockedBy: earlier }),
  } as const;
}

function taskId(number: number): TaskId {
  return TaskId.parse(String(number));
}

/** `passed` is what somebody who carries out the same plan has done already. */
function expect(outcome: Outcome, passed?: "name_taken" | "number_taken"): void {
  if (outcome.ok || outcome.reason.kind === passed) return;
  const { code, message, hint } = refusalText(outcome.reason);
  throw new TroupeError(code, message, hint === undefined ? {} : { hint });
}
