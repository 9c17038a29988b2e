import { TroupeError } from "../../base/errors.ts";
import { sameName } from "../../protocol/names.ts";
import { openWorkspace } from "../../runtime/workspace.ts";
import type { Context } from "../command.ts";
import { parseTeamName } from "../parse-team-name.ts";
import { checkModel } from "./check-model.ts";
import { checkProgram } from "./check-program.ts";
import { checkStateFolder } from "./check-state-folder.ts";
import { checkTeam } from "./check-team.ts";
import { type CheckedArea, showChecks } from "./show-checks.ts";

/** Runs every check and shows what it found. Answers 1 when there are findings. */
export async function examine(context: Context, signal: AbortSignal): Promise<number> {
  const { host, flags } = context;
  const workspace = openWorkspace(host);
  const names = await workspace.list();
  const wanted = flags.team === undefined ? undefined : parseTeamName(flags.team, "--team");
  const teams = names.filter((name) => wanted === undefined || sameName(name, wanted));
  if (wanted !== undefined && teams.length === 0)
    throw new TroupeError("team_not_found", `there is no team ${wanted}`, {
      hint: names.length === 0 ? "there are no teams" : `teams: ${names.join(", ")}`,
    });
  const areas: CheckedArea[] = [
    ["program", await checkProgram(host, signal)],
    ["state folder", await checkStateFolder(workspace.configDir)],
  ];
  for (const name of teams) areas.push(["team", await checkTeam(workspace, name)]);
  areas.push(["model", await checkModel(host, signal)]);
  const findings = areas.flatMap(([, checked]) => checked.findings);
  showChecks(context, areas, findings);
  return findings.length > 0 ? 1 : 0;
}
