import { type Decide, decideToRepair } from "../../runtime/repair-decide.ts";
import { doctorJob } from "../../runtime/repair-job.ts";
import { openWorkspace } from "../../runtime/workspace.ts";
import type { Context } from "../command.ts";
import { checkFolders, checkMembers } from "./check-members.ts";
import { checkModel } from "./check-model.ts";
import { checkProgram } from "./check-program.ts";
import { checkSandbox } from "./check-sandbox.ts";
import { checkStateFolder } from "./check-state-folder.ts";
import { checkTeam } from "./check-team.ts";
import { type CheckedArea, isClean, showChecks } from "./show-checks.ts";
import { wantedTeams } from "./wanted-teams.ts";

/** Runs every check, with `fixing` every repair, and shows what came of it. Answers 1 when something is left to do. */
export async function examine(context: Context, fixing: boolean, signal: AbortSignal): Promise<number> {
  const { host } = context;
  const { configDir, list } = openWorkspace(host);
  const teams = wantedTeams(context, await list());
  const job = doctorJob(host, configDir, fixing);
  const decide: Decide = fixing ? decideToRepair(() => undefined) : () => Promise.resolve({ kind: "found" });
  const areas: CheckedArea[] = [
    ["program", await checkProgram(host, signal)],
    ["state folder", await checkStateFolder({ ...job, now: host.now }, decide)],
  ];
  for (const name of teams) {
    signal.throwIfAborted();
    areas.push(["team", await checkTeam(job, name)]);
  }
  areas.push(["model", await checkModel(host, signal)]);
  areas.push(["sandbox", await checkSandbox(host)]);
  // With --team nobody else is looked at, so not who would be started here either.
  areas.push(await checkFolders(host, teams, context.flags.team === undefined ? host.cwd : undefined));
  for (const name of teams) {
    signal.throwIfAborted();
    areas.push(...(await checkMembers(host, name, signal)));
  }
  showChecks(context, areas, fixing);
  return isClean(areas, fixing) ? 0 : 1;
}
