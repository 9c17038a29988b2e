import { TroupeError } from "../../base/errors.ts";
import { sameName } from "../../protocol/names.ts";
import { openWorkspace } from "../../runtime/workspace.ts";
import { parseTeamName } from "../choose-team.ts";
import type { Context } from "../command.ts";
import { DoctorOutput } from "../output.ts";
import { styled } from "../piece.ts";
import { readVersion } from "../version.ts";
import { checkModel } from "./check-model.ts";
import { checkProgram } from "./check-program.ts";
import { checkStateFolder } from "./check-state-folder.ts";
import { checkTeam } from "./check-team.ts";
import type { Area, Checked, Finding } from "./finding.ts";

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
  const areas: (readonly [Area, Checked])[] = [
    ["program", await checkProgram(host, signal)],
    ["state folder", await checkStateFolder(workspace.configDir)],
  ];
  for (const name of teams) areas.push(["team", await checkTeam(workspace, name)]);
  areas.push(["model", await checkModel(host, signal)]);
  const findings = areas.flatMap(([, checked]) => checked.findings);
  if (flags.json) showJson(context, areas, findings);
  else show(context, areas, findings);
  return findings.length > 0 ? 1 : 0;
}

function show(
  { screen }: Context,
  areas: readonly (readonly [Area, Checked])[],
  findings: readonly Finding[],
): void {
  for (const [area, { facts }] of areas)
    for (const fact of facts) screen.line(styled("dim", area.padEnd(13)), fact);
  for (const finding of findings) {
    screen.line("");
    screen.line(styled("yellow", finding.id), `  ${finding.what}`);
    screen.line(`       why: ${finding.why}`);
    screen.line(`       do:  ${finding.do}`);
  }
  screen.line("");
  screen.line(findings.length === 0 ? styled("green", "nothing found") : `${findings.length} found`);
}

/** Made for bug reports: the home folder is nobody's business. */
function showJson(
  { screen, host }: Context,
  areas: readonly (readonly [Area, Checked])[],
  findings: readonly Finding[],
): void {
  const hide = (text: string): string => (host.home.length > 1 ? text.replaceAll(host.home, "~") : text);
  screen.json(DoctorOutput, {
    version: readVersion(),
    facts: areas.flatMap(([area, { facts }]) => facts.map((text) => ({ area, text: hide(text) }))),
    findings: findings.map((finding) => ({
      ...finding,
      what: hide(finding.what),
      why: hide(finding.why),
      do: hide(finding.do),
    })),
  });
}
