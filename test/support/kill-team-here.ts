import { join } from "node:path";
import { createKillTeam } from "./kill-team.ts";
import { tempFolder } from "./temp-folder.ts";

/** A team of three members in a folder of this test's own. */
export async function newKillTeam(): Promise<{
  readonly configDir: string;
  readonly teamDir: string;
  /** A file of the team. */
  readonly file: (path: string) => string;
}> {
  const configDir = tempFolder();
  const teamDir = await createKillTeam(configDir, 3);
  return { configDir, teamDir, file: (path) => join(teamDir, path) };
}
