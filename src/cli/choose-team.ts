import { realpath } from "node:fs/promises";
import { isErrno, TroupeError } from "../base/errors.ts";
import { nodeFiles } from "../base/node-files.ts";
import { sameName, type TeamName } from "../protocol/names.ts";
import { teamPaths } from "../protocol/paths.ts";
import type { Workspace } from "../runtime/workspace.ts";
import { openFileStore } from "../store/files/open-file-store.ts";
import { parseTeamName } from "./parse-team-name.ts";
import { listed, unknownTeam } from "./unknown-team.ts";

/**
 * The team that is meant: `named`, else TROUPE_TEAM, else the newest whose folder is this one. Throws `bad_name`, or
 * `team_not_found` with the list of those there are.
 */
export async function chooseTeam(workspace: Workspace, named: string | undefined): Promise<TeamName> {
  const { host } = workspace;
  const word = named ?? host.env["TROUPE_TEAM"];
  if (word !== undefined && word !== "") {
    const wanted = parseTeamName(word, named === undefined ? "TROUPE_TEAM" : "the team");
    const names = await workspace.list();
    if (names.some((name) => sameName(name, wanted))) return wanted;
    // A link or a file in its place is no team, and no team that is missing either: whoever opens it says what it is.
    if (await nodeFiles().stat(teamPaths(workspace.configDir, wanted).root)) return wanted;
    throw unknownTeam(wanted, names);
  }
  const teams = await teamsOf(workspace);
  const here = await sameFolder(host.cwd);
  const newestFirst = teams.toSorted((one, other) => other.createdAt.localeCompare(one.createdAt));
  const newest = newestFirst.find(({ real }) => real === here);
  if (newest) return newest.name;
  const list = listed(newestFirst.map(({ name, dir }) => `${name} (${dir})`));
  throw new TroupeError("team_not_found", `no team works in ${host.cwd}`, {
    hint:
      list === ""
        ? 'start one: troupe up "GOAL", or look around: troupe demo'
        : `name one with --team: ${list}`,
    details: { teams: teams.map(({ name }) => name) },
  });
}

interface KnownTeam {
  readonly name: TeamName;
  readonly dir: string;
  readonly createdAt: string;
  /** `dir` with its links resolved. */
  readonly real: string;
}

/** Every team that can be read; what is wrong with the others is `doctor`'s to tell. */
async function teamsOf(workspace: Workspace): Promise<readonly KnownTeam[]> {
  const teams: KnownTeam[] = [];
  for (const name of await workspace.list()) {
    const team = await firstEntryOf(workspace, name);
    if (team) teams.push(team);
  }
  return teams;
}

/** The first entry says it all: a long journal is not folded for it. */
async function firstEntryOf({ configDir }: Workspace, folder: TeamName): Promise<KnownTeam | undefined> {
  try {
    const store = await openFileStore(nodeFiles(), teamPaths(configDir, folder), { durability: "default" });
    try {
      const { entries } = await store.journal.read(await store.journal.start());
      const first = entries[0]?.entry;
      if (first?.op !== "team") return undefined;
      return { name: first.team, dir: first.dir, createdAt: first.at, real: await sameFolder(first.dir) };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof TroupeError) return undefined;
    throw error;
  }
}

/** One spelling for a folder: its links resolved, when it is there. */
export async function sameFolder(path: string): Promise<string> {
  return realpath(path).catch((error: unknown) => {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "ELOOP", "ENAMETOOLONG")) return path;
    throw error;
  });
}
