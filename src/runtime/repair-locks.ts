import { join, relative } from "node:path";
import { isErrno } from "../base/errors.ts";
import type { FileFacts, Fs } from "../base/files.ts";
import type { Repair, RepairFinding, RepairPlace } from "./repair-finding.ts";

/** A lock without a sign of life for this long is nobody's, in ms; the living give one each 2.5 s. Source: base/lock.ts. */
const STALE_MS = 15_000;
/** What is no lock folder has nobody who keeps it fresh: left until it is this old, in ms. Source: faults.md E12. */
const NO_LOCK_MS = 60_000;

/** Locks of network file systems that their owners left, and whatever else stands where a lock would be made. */
export async function lookAtLocks(place: RepairPlace): Promise<readonly RepairFinding[]> {
  const { fs, paths, now } = place;
  const findings: RepairFinding[] = [];
  for (const folder of await logFolders(place))
    for (const name of (await fs.list(folder)) ?? []) {
      const path = join(folder, name);
      const facts = name.endsWith(".lock") ? await fs.stat(path) : undefined;
      if (!facts || !isOld(facts, now())) continue;
      const what = `${relative(paths.root, path)} ${facts.kind === "folder" ? "is a lock that nobody keeps" : "stands where a lock is made"}`;
      const isFull = facts.kind === "folder" && ((await fs.list(path)) ?? []).length > 0;
      findings.push({
        kind: "lock",
        severity: "warning",
        what: isFull ? `${what}, and is not empty` : what,
        // What somebody put into it is not ours to throw away.
        ...(isFull ? {} : { repair: removal(place, path) }),
      });
    }
  return findings;
}

async function logFolders({ fs, paths }: RepairPlace): Promise<readonly string[]> {
  const folders = [paths.journal];
  for (const parent of [paths.mail, paths.agents])
    for (const name of (await fs.list(parent)) ?? [])
      if ((await fs.stat(join(parent, name)))?.kind === "folder") folders.push(join(parent, name));
  return folders;
}

function removal({ fs, paths }: RepairPlace, path: string): Repair {
  return {
    plan: "remove it",
    besideSupervisor: true,
    apply: async () => {
      const facts = await fs.stat(path);
      // By the clock of the disk: a file server's may differ from ours.
      if (!facts || !isOld(facts, await diskTime(fs, paths.root))) return undefined;
      try {
        await (facts.kind === "folder" ? fs.rmdir(path) : fs.unlink(path));
      } catch (error) {
        if (isErrno(error, "ENOENT")) return undefined;
        throw error;
      }
      return `removed ${relative(paths.root, path)}`;
    },
  };
}

/** A time in the future counts too: the clock may have been set back since. */
function isOld({ kind, modifiedMs }: FileFacts, nowMs: number): boolean {
  return Math.abs(nowMs - modifiedMs) > (kind === "folder" ? STALE_MS : NO_LOCK_MS);
}

async function diskTime(fs: Fs, folder: string): Promise<number> {
  const probe = join(folder, `clock.${process.pid}-1.tmp`);
  try {
    await fs.create(probe, new Uint8Array());
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
    // Left by a process that had our number: its time is old.
    await fs.unlink(probe);
    await fs.create(probe, new Uint8Array());
  }
  const { modifiedMs } = (await fs.stat(probe)) ?? { modifiedMs: 0 };
  await fs.unlink(probe);
  return modifiedMs;
}
