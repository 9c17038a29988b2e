import type { Stats } from "node:fs";
import { readdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isErrno } from "../../base/errors.ts";
import { networkFileSystem } from "../../base/network-file-system.ts";
import { teamsFolder } from "../../protocol/paths.ts";
import type { Checked, Finding } from "./finding.ts";

const LOW_BYTES = 100 * 1024 * 1024;
const AREA = "state folder";

/** Modes, owner, file system and free space of the folder of all teams. */
export async function checkStateFolder(configDir: string): Promise<Checked> {
  const folder = teamsFolder(configDir);
  if (!(await exists(folder))) {
    const parent = await existingParent(folder);
    const { facts, findings } = await checkSpace(parent);
    return { facts: [`${folder}: not there yet, made with the first team`, ...facts], findings };
  }
  const space = await checkSpace(folder);
  const modes = await checkModes(folder);
  return { facts: [folder, ...space.facts], findings: [...modes, ...space.findings] };
}

/** Everything of a team is for its user alone: folders 0700, files 0600. */
async function checkModes(folder: string): Promise<readonly Finding[]> {
  const wide: string[] = [];
  const foreign: string[] = [];
  const uid = process.getuid?.();
  for await (const path of everythingBelow(folder)) {
    const facts = await statOf(path);
    if (!facts) continue;
    if ((facts.mode & 0o077) !== 0) wide.push(path);
    if (uid !== undefined && facts.uid !== uid) foreign.push(path);
  }
  const findings: Finding[] = [];
  if (wide.length > 0)
    findings.push({
      id: "DR010",
      area: AREA,
      what: `${named(wide)} may be read or written by other users`,
      why: "messages and transcripts may hold secrets; troupe makes folders 0700 and files 0600",
      do: `chmod -R go= ${folder}`,
    });
  if (foreign.length > 0)
    findings.push({
      id: "DR011",
      area: AREA,
      what: `${named(foreign)} belongs to another user`,
      why: "troupe started as another user, root perhaps, cannot be followed by this one",
      do: "chown it to yourself, or set CLAUDE_CONFIG_DIR to a folder of yours",
    });
  return findings;
}

async function checkSpace(folder: string): Promise<Checked> {
  const { bavail, blocks, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const findings: Finding[] = [];
  const network = networkFileSystem(folder);
  if (network !== undefined)
    findings.push({
      id: "DR012",
      area: AREA,
      what: `${folder} is on ${network}`,
      why: "there appends of several processes are not atomic and changes are not announced: troupe takes a lock and polls",
      do: "set CLAUDE_CONFIG_DIR to a folder on a local disk",
    });
  if (free < LOW_BYTES || bavail < blocks / 100)
    findings.push({
      id: "DR013",
      area: AREA,
      what: `${Math.round(free / 1024 / 1024)} MB are free on the disk of ${folder}`,
      why: "when it is full nothing can be claimed or sent",
      do: "make room",
    });
  return {
    facts: [`${network ?? "a local file system"}, ${Math.round(free / 1024 / 1024)} MB free`],
    findings,
  };
}

/** The folder first, then what is in it; links are not followed. */
async function* everythingBelow(folder: string): AsyncIterable<string> {
  yield folder;
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isErrno(error, "ENOENT", "EACCES")) return [];
    throw error;
  });
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* everythingBelow(path);
    else if (entry.isFile()) yield path;
  }
}

function named(paths: readonly string[]): string {
  const [first = ""] = paths;
  return paths.length === 1 ? first : `${first} and ${paths.length - 1} more`;
}

async function existingParent(folder: string): Promise<string> {
  let parent = dirname(folder);
  while (!(await exists(parent)) && dirname(parent) !== parent) parent = dirname(parent);
  return parent;
}

async function exists(path: string): Promise<boolean> {
  return (await statOf(path)) !== undefined;
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "ELOOP")) return undefined;
    throw error;
  }
}
