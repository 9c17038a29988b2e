import { join, relative } from "node:path";
import { Party } from "../protocol/names.ts";
import { isByHand, memberNamed } from "../team/derive.ts";
import type { Team } from "../team/team.ts";
import { lifeOf } from "./liveness.ts";
import { setAside } from "./repair-aside.ts";
import type { RepairFinding, RepairPlace } from "./repair-finding.ts";

/**
 * Cursors that are torn or speak of what does not stand in the mailbox: their owners begin with the oldest message and
 * pass over what their transcripts hold. Source: faults.md M21.
 */
export async function lookAtCursors(place: RepairPlace, team: Team): Promise<readonly RepairFinding[]> {
  const { fs, paths } = place;
  const findings: RepairFinding[] = [];
  for (const folder of (await fs.list(paths.mail)) ?? []) {
    const owner = Party.safeParse(folder);
    if (!owner.success || !(await isBad(place, team, owner.data))) continue;
    const path = join(paths.mail, folder, "cursor.json");
    const name = relative(paths.root, path);
    findings.push({
      kind: "cursor",
      severity: "warning",
      what: `${name} names no place in its mailbox`,
      ...((await isLiving(team, owner.data))
        ? { details: [`${owner.data} lives: it goes on with its own and writes that at its next message`] }
        : {
            repair: {
              plan: "set it aside under corrupt/; what was read is known from the transcript",
              besideSupervisor: true,
              apply: async () => {
                if (!(await isBad(place, team, owner.data)) || (await isLiving(team, owner.data)))
                  return undefined;
                const kept = await setAside(place, path);
                return kept === undefined ? undefined : `set ${name} aside as ${kept}`;
              },
            },
          }),
    });
  }
  return findings;
}

async function isBad({ fs, paths }: RepairPlace, team: Team, owner: Party): Promise<boolean> {
  if (!(await fs.stat(paths.cursor(owner)))) return false;
  return (await team.store.cursor(owner).load()) === undefined;
}

/** Whoever lives keeps its cursor in memory. */
async function isLiving(team: Team, owner: Party): Promise<boolean> {
  const member = owner === "user" ? undefined : memberNamed(team.state(), owner);
  if (!member || isByHand(member)) return false;
  const { verdict } = await lifeOf(team, member);
  return verdict !== "dead" && verdict !== "stopped";
}
