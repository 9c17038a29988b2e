import { TroupeError } from "../../base/errors.ts";
import { sameName, type TeamName } from "../../protocol/names.ts";
import { type Decide, decideToRepair } from "../../runtime/repair-decide.ts";
import { doctorJob } from "../../runtime/repair-job.ts";
import { openWorkspace } from "../../runtime/workspace.ts";
import type { Context } from "../command.ts";
import { parseTeamName } from "../parse-team-name.ts";
import { checkModel } from "./check-model.ts";
import { checkProgram } from "./check-program.ts";
import { checkStateFolder } from "./check-state-folder.ts";
import { checkTeam } from "./check-team.ts";
import { type CheckedArea, isClean, showChecks } from "./show-checks.ts";

/** Runs every check, with `fixing` every repair, and shows what came of it. Answers 1 when something is left to do. */
export async function examine(context: Context, fixing: boolean, signal: AbortSignal): Promise<number> {
  const { host } = context;
  const { configDir, list } = openWorkspace(host);
  const teams = wantedOf(context, await list());
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
  showChecks(context, areas, fixing);
  return isClean(areas, fixing) ? 0 : 1;
}

function wantedOf({ flags }: Context, names: readonly TeamName[]): readonly TeamName[] {
  if (flags.team === undefined) return names;
  const wanted = parseTeamName(flags.team, "--team");
  const teams = names.filter((name) => sameName(name, wanted));
  if (teams.length > 0) return teams;
  throw new TroupeError("team_not_found", `there is no team ${wanted}`, {
    hint: names.length === 0 ? "there are no teams" : `teams: ${names.join(", ")}`,
  });
}
