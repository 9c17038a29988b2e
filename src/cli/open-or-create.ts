import { TroupeError } from "../base/errors.ts";
import { sameName, TeamName } from "../protocol/names.ts";
import { given } from "../runtime/given.ts";
import { supervisorOf } from "../runtime/liveness.ts";
import type { TeamPlan } from "../runtime/team-plan.ts";
import type { Workspace } from "../runtime/workspace.ts";
import { leadOf, memberNamed } from "../team/derive.ts";
import { sendMessage } from "../team/mail.ts";
import { joinMember } from "../team/members.ts";
import type { Team } from "../team/team.ts";
import { sameFolder } from "./choose-team.ts";
import { refused } from "./team-session.ts";

/**
 * A team is made once: for one that is there already only missing members are added, and a goal becomes a message. Throws
 * `already_running` unless `mayRun`.
 */
export async function openOrCreate(
  workspace: Workspace,
  plan: TeamPlan,
  { mayRun }: { readonly mayRun: boolean },
): Promise<Team> {
  const names = await workspace.list();
  if (!names.some((known) => sameName(known, plan.name))) return workspace.create(plan);
  const team = await workspace.open(plan.name);
  try {
    await refuseOtherFolder(team, plan);
    // Before anything is changed: who hears "no" has done nothing.
    if (!mayRun) await refuseRunning(team);
    await addMissing(team, plan);
    await tellGoal(team, plan);
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

async function refuseRunning(team: Team): Promise<void> {
  const supervisor = await supervisorOf(team);
  if (!supervisor || supervisor.verdict === "dead") return;
  const lead = leadOf(team.state())?.name ?? "lead";
  throw new TroupeError("already_running", `team ${team.name} is running already; nothing was changed`, {
    hint: `look: troupe timeline --follow --team ${team.name}; tell it something: troupe send ${lead} TEXT`,
    details: { pid: supervisor.lease.pid, since: supervisor.lease.at },
  });
}

async function addMissing(team: Team, { members, isGuessed = false }: TeamPlan): Promise<void> {
  for (const { name, role, lead, backend, definition } of isGuessed ? [] : members) {
    if (memberNamed(team.state(), name) || (lead && leadOf(team.state()))) continue;
    const joined = await joinMember(team, "user", { name, ...given({ role }), lead, backend, definition });
    if (!joined.ok) throw await refused(joined.reason, team.state());
  }
}

async function tellGoal(team: Team, { goal }: TeamPlan): Promise<void> {
  const lead = leadOf(team.state());
  if (goal === undefined || goal === team.state().team?.goal || !lead) return;
  const sent = await sendMessage(team, "user", { to: [lead.name], text: goal });
  if (!sent.ok) throw await refused(sent.reason, team.state());
}
