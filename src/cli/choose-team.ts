import { realpath } from "node:fs/promises";
import { isErrno, TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { TeamName } from "../protocol/names.ts";
import type { Workspace } from "../runtime/workspace.ts";

/**
 * The team that is meant: `named`, else TROUPE_TEAM, else the newest whose folder is this one. Throws `bad_name`, or
 * `team_not_found` with the list of those there are. Whether a named team exists shows when it is opened.
 */
export async function chooseTeam(workspace: Workspace, named: string | undefined): Promise<TeamName> {
  const { host } = workspace;
  const word = named ?? host.env["TROUPE_TEAM"];
  if (word !== undefined && word !== "")
    return parseTeamName(word, named === undefined ? "TROUPE_TEAM" : "the team");
  const teams = await teamsOf(workspace);
  const here = await sameFolder(host.cwd);
  const [newest] = teams
    .filter(({ real }) => real === here)
    .toSorted((one, other) => other.createdAt.localeCompare(one.createdAt));
  if (newest) return newest.name;
  const list = teams.map(({ name, dir }) => `${name} (${dir})`).join(", ");
  throw new TroupeError("team_not_found", `no team works in ${host.cwd}`, {
    hint:
      list === ""
        ? 'start one: troupe up "GOAL", or look around: troupe demo'
        : `name one with --team: ${list}`,
    details: { teams: teams.map(({ name }) => name) },
  });
}

export function parseTeamName(word: string, from: string): TeamName {
  const parsed = TeamName.safeParse(word);
  if (parsed.success) return parsed.data;
  throw new TroupeError(
    "bad_name",
    `${from}: "${word.slice(0, 80)}" is no name: ${parsed.error.issues[0]?.message ?? ""}`,
  );
}

interface KnownTeam {
  readonly name: TeamName;
  readonly dir: string;
  readonly createdAt: string;
  /** `dir` with its links resolved. */
  readonly real: string;
}
