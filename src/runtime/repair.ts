import { TroupeError } from "../base/errors.ts";
import type { Fs } from "../base/files.ts";
import { nodeFiles } from "../base/node-files.ts";
import { teamPaths } from "../protocol/paths.ts";
import type { Team } from "../team/team.ts";
import { decideToRepair } from "./repair-decide.ts";
import { nodeDisk } from "./repair-disk.ts";
import type { RepairFinding, RepairPlace } from "./repair-finding.ts";
import { lookAtFold } from "./repair-fold.ts";
import { looksAtFiles, looksAtTeam } from "./repair-looks.ts";

/** Logs up to this many bytes are walked whole at each start of a supervisor, which takes a fraction of a second; `doctor` walks them whatever they have. */
const START_WALK_BYTES = 16 * 1024 * 1024;

/**
 * What a dead supervisor, or a crash of everything, left behind. Idempotent; may be killed anywhere and begins again.
 * Called under the lease, so nobody else is about to start anything. Answers one line a repair, and one for each life
 * that goes on. Throws what the journal throws. Source: faults.md §5.
 */
export async function repairTeam(
  configDir: string,
  team: Team,
  fs: Fs = nodeFiles(),
): Promise<readonly string[]> {
  const paths = teamPaths(configDir, team.name);
  const place: RepairPlace = { configDir, paths, fs, disk: nodeDisk(), now: team.host.now };
  const looks = [
    // First what others wait for: tasks of the dead are free, and nobody takes the dead for living.
    ...looksAtTeam(place, team, "leased"),
    ...looksAtFiles(place),
    async () => {
      const { findings, isDisputed } = await lookAtFold(place, team, { maxBytes: START_WALK_BYTES });
      if (isDisputed) throw misled(team);
      return findings;
    },
  ];
  const lines: string[] = [];
  for (const look of looks) for (const finding of await look()) lines.push(...(await repaired(finding)));
  return lines;
}

/** Lives decide about what is started next: there trouble ends the start. Of anything else the log tells. */
async function repaired(finding: RepairFinding): Promise<readonly string[]> {
  const { kind, what, severity, repair } = finding;
  if (kind === "lives_on") return [what];
  if (!repair) return severity === "error" ? [what] : [];
  if (kind === "dead_life" || kind === "orphaned_task") return [(await repair.apply()) ?? []].flat();
  const outcome = await decideToRepair(() => undefined)(finding);
  if (outcome.kind === "repaired") return [outcome.line];
  return outcome.kind === "left" ? [`${what}: not repaired: ${outcome.why}`] : [];
}

/** Whoever opened the team with a snapshot that says something else than the journal must not decide anything. */
function misled(team: Team): TroupeError {
  return new TroupeError("failed", `the snapshot of team ${team.name} says something else than its journal`, {
    hint: `troupe doctor --fix --team ${team.name}, then: troupe resume ${team.name}`,
  });
}
