import type { Fs } from "../../src/base/files.ts";
import { nodeFiles } from "../../src/base/node-files.ts";
import { checkStateFolder } from "../../src/cli/doctor/check-state-folder.ts";
import { checkTeam } from "../../src/cli/doctor/check-team.ts";
import type { Finding, RepairLine } from "../../src/cli/doctor/finding.ts";
import { type CheckedArea, isClean } from "../../src/cli/doctor/show-checks.ts";
import { type Decide, decideToRepair } from "../../src/runtime/repair-decide.ts";
import { type Disk, nodeDisk } from "../../src/runtime/repair-disk.ts";
import type { SickTeam } from "./sick-team.ts";

export interface Consulted {
  readonly exit: number;
  readonly ids: readonly string[];
  readonly findings: readonly Finding[];
  readonly repairs: readonly RepairLine[];
}

export interface Consultation {
  readonly fixing?: boolean;
  readonly fs?: Fs;
  readonly disk?: Disk;
}

/** What doctor does with the state folder and the team in it, without looking at programs and models. */
export async function consult(
  { host, configDir, workspace }: SickTeam,
  { fixing = false, fs = nodeFiles(), disk = nodeDisk() }: Consultation = {},
): Promise<Consulted> {
  const job = { host, configDir, fs, disk, fixing, now: host.now };
  const decide: Decide = fixing ? decideToRepair(() => undefined) : () => Promise.resolve({ kind: "found" });
  const areas: CheckedArea[] = [["state folder", await checkStateFolder(job, decide)]];
  for (const name of await workspace.list()) areas.push(["team", await checkTeam(job, name)]);
  const findings = areas.flatMap(([, checked]) => checked.findings);
  return {
    exit: isClean(areas, fixing) ? 0 : 1,
    ids: findings.map(({ id }) => id),
    findings,
    repairs: areas.flatMap(([, { repairs = [] }]) => repairs),
  };
}
