import { dirname, join } from "node:path";
import { closeFile } from "../../base/close-file.ts";
import { diskError, isSystemError } from "../../base/disk-error.ts";
import { isErrno, TroupeError } from "../../base/errors.ts";
import type { Fs } from "../../base/files.ts";
import type { Entry } from "../../protocol/entries.ts";
import { TeamName } from "../../protocol/names.ts";
import { segmentName, type TeamPaths, teamPaths, teamsFolder } from "../../protocol/paths.ts";
import { journalDecoder } from "../decoder.ts";
import { encodeEntry } from "../encode-entry.ts";
import { checkFolder } from "./check-folder.ts";

/**
 * Makes the folder of a team whose journal begins with `first`: whole, or not there. It is built aside and moved into
 * place. Throws `name_taken`, and `state_dir` or `disk_full` with nothing left behind.
 */
export async function createTeamFolder(
  fs: Fs,
  configDir: string,
  name: TeamName,
  first: Entry,
): Promise<void> {
  const { root } = teamPaths(configDir, name);
  const teams = teamsFolder(configDir);
  const aside = join(teams, `.new-${name.toLowerCase()}-${first.id}`);
  const line = encodeEntry(first, journalDecoder);
  const isPower = first.op === "team" && first.settings.durability === "power";
  try {
    await ensureFolder(fs, teams, isPower);
    if (await fs.stat(root)) throw nameTaken(name, root);
    await fs.mkdir(aside);
    await fill(fs, aside, line);
    if (isPower) await syncAll(fs, aside);
    await fs.rename(aside, root);
    if (isPower) await fs.syncFolder(teams);
    // Whoever made that folder a moment ago may not have asked for it to stay.
    if (isPower) await fs.syncFolder(dirname(teams));
  } catch (error) {
    await removeQuietly(fs, aside);
    if (isErrno(error, "ENOTEMPTY", "EEXIST", "ENOTDIR")) throw nameTaken(name, root);
    throw diskError(error, "create", root);
  }
}

function nameTaken(name: TeamName, root: string): TroupeError {
  return new TroupeError("name_taken", `there is a team ${name} already, or a folder of that name`, {
    hint: "take another name, or remove it with: troupe rm",
    details: { team: name, path: root },
  });
}

/** With `isPower` the name of each folder that is made stays: with any folder above it a team would be lost. */
async function ensureFolder(fs: Fs, path: string, isPower: boolean): Promise<void> {
  if (await fs.stat(path)) return;
  if (dirname(path) !== path) await ensureFolder(fs, dirname(path), isPower);
  try {
    await fs.mkdir(path);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
  }
  if (isPower) await fs.syncFolder(dirname(path));
}

async function fill(fs: Fs, root: string, line: Uint8Array): Promise<void> {
  for (const folder of ["journal", "mail", "bodies", "agents", "supervisor"])
    await fs.mkdir(join(root, folder));
  await fs.create(join(root, "journal", segmentName(1)), line);
}

async function syncAll(fs: Fs, root: string): Promise<void> {
  const file = await fs.openAppend(join(root, "journal", segmentName(1)));
  try {
    await fs.sync(file);
  } finally {
    await closeFile(fs, file);
  }
  await fs.syncFolder(join(root, "journal"));
  await fs.syncFolder(root);
}

/** What cannot be removed after a failure must not hide the failure; its name begins with a dot and counts for nothing. */
async function removeQuietly(fs: Fs, path: string): Promise<void> {
  try {
    await removeTree(fs, path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** Teams of ours, sorted. Folders without a journal are Claude Code's own teams; links and odd names are passed over. */
export async function listTeamFolders(fs: Fs, configDir: string): Promise<readonly TeamName[]> {
  const folder = teamsFolder(configDir);
  const teams: TeamName[] = [];
  try {
    for (const name of (await fs.list(folder)) ?? []) {
      const team = TeamName.safeParse(name);
      if (team.success && (await isTeam(fs, teamPaths(configDir, team.data), join(folder, name)))) {
        teams.push(team.data);
      }
    }
  } catch (error) {
    throw diskError(error, "list", folder);
  }
  return teams;
}

async function isTeam(fs: Fs, paths: TeamPaths, path: string): Promise<boolean> {
  // Our folders are in lower case; `Demo` beside it is somebody else's.
  if (paths.root !== path) return false;
  if ((await fs.stat(path))?.kind !== "folder") return false;
  try {
    return (await fs.stat(paths.journal))?.kind === "folder";
  } catch (error) {
    // Whoever opens it is told which folder it is; the other teams are listed all the same.
    if (isErrno(error, "EACCES", "EPERM")) return true;
    throw error;
  }
}

/**
 * Removes a team's folder: it is moved out of the way first, so that there is never half a team, and a removal that was
 * cut short is finished by the next one. Throws `team_not_found` when there is neither.
 */
export async function removeTeamFolder(fs: Fs, configDir: string, name: TeamName): Promise<void> {
  const { root } = teamPaths(configDir, name);
  try {
    const isThere = await checkFolder(fs, root);
    if (isThere) await moveAside(fs, root, join(teamsFolder(configDir), `.trash-${name.toLowerCase()}`));
    if (!(await finishRemoval(fs, configDir, name)) && !isThere) {
      throw new TroupeError("team_not_found", `there is no team ${name}`, {
        details: { team: name, path: root },
      });
    }
  } catch (error) {
    throw diskError(error, "remove", root);
  }
}

/** Removes what a removal that was cut short left of a team of that name; false when there is nothing. */
export async function finishRemoval(fs: Fs, configDir: string, name: TeamName): Promise<boolean> {
  const teams = teamsFolder(configDir);
  const trash = new RegExp(`^\\.trash-${name.toLowerCase()}-\\d+$`);
  try {
    const left = ((await fs.list(teams)) ?? []).filter((entry) => trash.test(entry));
    for (const entry of left) await removeTree(fs, join(teams, entry));
    return left.length > 0;
  } catch (error) {
    throw diskError(error, "remove", teams);
  }
}

async function moveAside(fs: Fs, root: string, prefix: string): Promise<void> {
  for (let number = 1; ; number++) {
    if (await fs.stat(`${prefix}-${number}`)) continue;
    try {
      await fs.rename(root, `${prefix}-${number}`);
      // Before anything in it goes: after a power cut a team is there whole, or not at all.
      await fs.syncFolder(dirname(root));
      return;
    } catch (error) {
      if (isErrno(error, "ENOENT")) return;
      // Overlay file systems do not move folders of a lower layer: such a one is emptied where it stands.
      if (isErrno(error, "EXDEV")) return removeTree(fs, root);
      if (!isErrno(error, "ENOTEMPTY", "EEXIST")) throw error;
    }
  }
}

/** Removes everything below `path`; links are removed, not followed. Two may do it at once. */
export async function removeTree(fs: Fs, path: string): Promise<void> {
  const facts = await fs.stat(path);
  if (!facts) return;
  if (facts.kind !== "folder") return unlessGone(() => fs.unlink(path));
  for (const name of (await fs.list(path)) ?? []) await removeTree(fs, join(path, name));
  return unlessGone(() => fs.rmdir(path));
}

async function unlessGone(remove: () => Promise<void>): Promise<void> {
  try {
    await remove();
  } catch (error) {
    if (!isErrno(error, "ENOENT")) throw error;
  }
}
