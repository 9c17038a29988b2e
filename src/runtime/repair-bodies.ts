import { join } from "node:path";
import { isErrno } from "../base/errors.ts";
import { plural } from "./plural.ts";
import type { RepairFinding, RepairPlace } from "./repair-finding.ts";
import type { Walked } from "./repair-walk.ts";

/** A body stands before the entry that names it: younger ones may be about to be named, in ms. Source: faults.md §5. */
const UNNAMED_MS = 24 * 60 * 60 * 1000;

/** Body files that no entry names: their senders died before the entry, or the segment that named them was read and removed. */
export async function lookAtBodies(place: RepairPlace, walked: Walked): Promise<readonly RepairFinding[]> {
  const { fs, paths } = place;
  // A log that could not be read, or a line without its end, may name any of them.
  if (walked.trouble.length > 0 || walked.tails.length > 0) return [];
  const unnamed: string[] = [];
  let bytes = 0;
  for (const name of (await fs.list(paths.bodies)) ?? []) {
    if (!/^[0-9a-f]{64}$/.test(name) || walked.bodies.has(name)) continue;
    const facts = await fs.stat(join(paths.bodies, name));
    if (!isOld(place, facts)) continue;
    unnamed.push(name);
    bytes += facts?.size ?? 0;
  }
  if (unnamed.length === 0) return [];
  return [
    {
      kind: "unnamed_bodies",
      severity: "warning",
      what: `${plural(unnamed.length, "body file", "body files")} of ${bytes} bytes that no entry names`,
      details: unnamed.map((name) => `bodies/${name}`),
      repair: {
        plan: unnamed.length === 1 ? "remove it" : "remove them",
        // The living may be about to send the same text once more.
        besideSupervisor: false,
        apply: async () => {
          let removed = 0;
          for (const name of unnamed) if (await removeOld(place, join(paths.bodies, name))) removed += 1;
          return removed === 0 ? undefined : `removed ${plural(removed, "body file", "body files")}`;
        },
      },
    },
  ];
}

function isOld({ now }: RepairPlace, facts: Awaited<ReturnType<RepairPlace["fs"]["stat"]>>): boolean {
  return facts?.kind === "file" && now() - facts.modifiedMs > UNNAMED_MS;
}

async function removeOld(place: RepairPlace, path: string): Promise<boolean> {
  if (!isOld(place, await place.fs.stat(path))) return false;
  try {
    await place.fs.unlink(path);
    return true;
  } catch (error) {
    if (isErrno(error, "ENOENT")) return false;
    throw error;
  }
}
