import { basename } from "node:path";
import { diskError } from "../../base/disk-error.ts";
import { TroupeError } from "../../base/errors.ts";
import type { Fs } from "../../base/files.ts";
import type { TeamPaths } from "../../protocol/paths.ts";

/**
 * Answers whether the folder is there. Throws `state_dir` for a link, anything but a folder, or a folder of another
 * user: what is read there could be anybody's word.
 */
export async function checkFolder(fs: Fs, path: string): Promise<boolean> {
  const facts = await look(fs, path);
  if (!facts) return false;
  if (facts.kind === "link") throw refused(path, "it is a symbolic link");
  if (facts.kind !== "folder") throw refused(path, "it is no folder");
  const me = process.getuid?.();
  if (me !== undefined && facts.uid !== me) {
    const mode = facts.mode.toString(8).padStart(4, "0");
    throw refused(path, `it belongs to uid ${facts.uid} (mode ${mode}), we are uid ${me}`);
  }
  return true;
}

/** Throws `team_not_found` unless a team with a journal is there, and what `checkFolder` throws for each of its folders. */
export async function checkTeamFolders(fs: Fs, paths: TeamPaths): Promise<void> {
  const name = basename(paths.root);
  if (!(await checkFolder(fs, paths.root)) || !(await checkFolder(fs, paths.journal))) {
    throw new TroupeError("team_not_found", `there is no team ${name}`, {
      hint: "troupe doctor shows the teams there are",
      details: { team: name, path: paths.root },
    });
  }
  for (const folder of [paths.mail, paths.agents, paths.bodies, paths.supervisor])
    await checkFolder(fs, folder);
}

async function look(fs: Fs, path: string): ReturnType<Fs["stat"]> {
  try {
    return await fs.stat(path);
  } catch (error) {
    throw diskError(error, "look at", path);
  }
}

function refused(path: string, why: string): TroupeError {
  return new TroupeError("state_dir", `${path} is refused: ${why}`, {
    hint: "move it away, or set CLAUDE_CONFIG_DIR to a folder of your own",
    details: { path },
  });
}
