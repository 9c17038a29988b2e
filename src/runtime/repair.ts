import type { Fs } from "../base/files.ts";
import { nodeFiles } from "../base/node-files.ts";
import { liveness } from "../base/process-identity.ts";
import { stopTagged } from "../spawn/stop-process.ts";
import type { Member } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { teamTag } from "./child-env.ts";
import { findInstance, identityIn, lifeOf } from "./liveness.ts";
import { sweepTeamTemps } from "./repair-temps.ts";
import { isLeftover } from "./stop-team.ts";
import { settleLife } from "./supervisor-settle.ts";

/**
 * What a dead supervisor, or a crash of everything, left behind: lives that are over and not written down, `run.json`
 * of the dead, temporary files, processes of lives that are over. Idempotent; may be killed anywhere and begins again.
 * Called under the lease, so nobody else is about to start anything. Answers one line a repair. Source: faults.md §5.
 */
export async function repairTeam(
  configDir: string,
  team: Team,
  fs: Fs = nodeFiles(),
): Promise<readonly string[]> {
  const lines: string[] = [];
  const state = await team.readOn();
  for (const member of state.members.values())
    if (member.backend === "child") lines.push(...(await repairMember(team, member)));
  const leftover = await stopTagged(teamTag(configDir, team.name), async () =>
    isLeftover(await team.readOn()),
  );
  if (leftover > 0) lines.push(`ended ${plural(leftover, "process", "processes")} of lives that are over`);
  const swept = await sweepTeamTemps(configDir, team, fs);
  if (swept > 0) lines.push(`removed ${plural(swept, "temporary file", "temporary files")}`);
  return lines;
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

async function repairMember(team: Team, member: Member): Promise<readonly string[]> {
  const { life, name } = member;
  if (!life || life.ended)
    return (await removeStaleRun(team, member)) ? [`${name}: run.json of a dead process removed`] : [];
  const { verdict, run } = await lifeOf(team, member);
  if (verdict === "dead" || (verdict === "starting" && !(await findInstance(life.instance)))) {
    await settleLife(team, "system", member, {
      how: "died",
      detail: "its process was gone when the team was resumed",
    });
    return [`${name}: its process was gone; its tasks are free`];
  }
  return [`${name}: lives on as pid ${run?.pid ?? "unknown"}; adopted`];
}

/** Of whatever life it is, as long as its process is proven dead. */
async function removeStaleRun(team: Team, { name }: Member): Promise<boolean> {
  const run = await team.store.presence.read(name);
  if (!run || (await liveness(identityIn(run))) !== "dead") return false;
  await team.store.presence.remove(name, run.instance);
  return true;
}
