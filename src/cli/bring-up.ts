import { TroupeError } from "../base/errors.ts";
import { sameName, TeamName } from "../protocol/names.ts";
import { given } from "../runtime/given.ts";
import { findModelSource } from "../runtime/model-source.ts";
import { startTeam } from "../runtime/start-team.ts";
import type { TeamPlan } from "../runtime/team-plan.ts";
import { openWorkspace, type Workspace } from "../runtime/workspace.ts";
import { leadOf, memberNamed } from "../team/derive.ts";
import { sendMessage } from "../team/mail.ts";
import { joinMember } from "../team/members.ts";
import type { Team } from "../team/team.ts";
import { parseTeamName, sameFolder } from "./choose-team.ts";
import type { Context } from "./command.ts";
import { interruptedExit } from "./ending.ts";
import { showLiveLog } from "./live-log.ts";
import { type PlanWishes, planTeam } from "./plan-team.ts";
import { refused } from "./team-session.ts";
import { showTeam } from "./team-view.ts";

export interface UpWishes extends Omit<PlanWishes, "dir" | "name"> {
  readonly context: Context;
  readonly detach: boolean;
}

/** `up`: the team is there and runs, or somebody hears why not. Ctrl-C in its log stops nobody. */
export async function bringUp(
  { context, detach, ...wishes }: UpWishes,
  signal: AbortSignal,
): Promise<number> {
  const { host, flags, screen } = context;
  // Before anything is made: without a model nobody could work.
  await findModelSource(host);
  const workspace = openWorkspace(host);
  const name = flags.team === undefined ? undefined : parseTeamName(flags.team, "--team");
  const plan = await planTeam({ ...wishes, dir: host.cwd, name });
  const team = await openOrCreate(workspace, plan);
  try {
    const since = new Date(host.now()).toISOString();
    await startTeam(workspace, team);
    if (detach) {
      showTeam(context, team, { running: true, next: `troupe status ${team.name}` });
      return 0;
    }
    screen.say(`${team.name} is running; Ctrl-C leaves it running`);
    await showLiveLog(context, team, { tools: true, since, until: isOver }, signal);
    if (!signal.aborted) return 0;
    screen.say(
      `${team.name} goes on. Look: troupe timeline --follow --team ${team.name}; stop: troupe down ${team.name}`,
    );
    return interruptedExit(signal);
  } finally {
    await team.close();
  }
}

/** Nobody supervises it any more: it was stopped from elsewhere. */
function isOver({ type }: { readonly type: string }): boolean {
  return type === "team.unsupervised" || type === "team.closed";
}

/** A team is made once: for one that is there already only missing members are added, and a goal becomes a message. */
async function openOrCreate(workspace: Workspace, plan: TeamPlan): Promise<Team> {
  const names = await workspace.list();
  if (!names.some((known) => sameName(known, plan.name))) return workspace.create(plan);
  const team = await workspace.open(plan.name);
  try {
    await refuseOtherFolder(team, plan);
    await addMissing(team, plan);
    return team;
  } catch (error) {
    await team.close();
    throw error;
  }
}

async function refuseOtherFolder(team: Team, { name, dir }: TeamPlan): Promise<void> {
  const known = (await team.readOn()).team?.dir ?? "";
  if ((await sameFolder(known)) === (await sameFolder(dir))) return;
  throw new TroupeError("name_taken", `team ${name} works in ${known}, not in ${dir}`, {
    hint: `give this one another name: --team ${TeamName.safeParse(`${name}-2`).data ?? "NAME"}`,
    details: { team: name, dir: known },
  });
}

async function addMissing(team: Team, { members, goal }: TeamPlan): Promise<void> {
  for (const { name, role, lead, backend, definition } of members) {
    if (memberNamed(team.state(), name) || (lead && leadOf(team.state()))) continue;
    const joined = await joinMember(team, "user", { name, ...given({ role }), lead, backend, definition });
    if (!joined.ok) throw await refused(joined.reason);
  }
  const lead = leadOf(team.state());
  if (goal === undefined || goal === team.state().team?.goal || !lead) return;
  const sent = await sendMessage(team, "user", { to: [lead.name], text: goal });
  if (!sent.ok) throw await refused(sent.reason);
}
