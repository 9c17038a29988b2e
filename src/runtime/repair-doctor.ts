import type { TeamName } from "../protocol/names.ts";
import { teamPaths } from "../protocol/paths.ts";
import type { Team } from "../team/team.ts";
import { supervisorOf } from "./liveness.ts";
import { type Decide, decideToRepair, type Repaired, takeLooks, troubleFinding } from "./repair-decide.ts";
import type { RepairFinding, RepairPlace } from "./repair-finding.ts";
import { lookAtFold } from "./repair-fold.ts";
import { type DoctorJob, withTeam } from "./repair-job.ts";
import { looksAtFiles, looksAtTeam } from "./repair-looks.ts";
import { tellLoud } from "./repair-loud.ts";
import { readOnlyFiles } from "./repair-read-only.ts";
import type { Walked } from "./repair-walk.ts";

/** What a look at one team showed, and what became of each finding. */
export interface Examined {
  /** Undefined when the team cannot be opened. */
  readonly facts: TeamFacts | undefined;
  readonly results: readonly Repaired[];
}

export interface TeamFacts {
  readonly members: number;
  readonly tasks: number;
  /** Undefined when the logs could not be walked to their end. */
  readonly walked: Walked | undefined;
  /** The living supervisor's process; undefined without one. */
  readonly supervisor: number | undefined;
}

/**
 * One team, looked at and, with `fixing`, repaired. May be killed anywhere and begun again; several may do it at once.
 * Beside a living supervisor only what is safe is done. A team that cannot be read is a finding; throws what is no
 * trouble of the team's.
 */
export async function examineTeam(job: DoctorJob, name: TeamName): Promise<Examined> {
  const { host, configDir, disk, fixing } = job;
  const fs = fixing ? job.fs : readOnlyFiles(job.fs);
  const paths = teamPaths(configDir, name);
  const place: RepairPlace = { configDir, paths, fs, disk, now: host.now };
  let supervisor: number | undefined;
  const decide: Decide = fixing ? decideToRepair(() => supervisor) : () => Promise.resolve({ kind: "found" });
  const results: Repaired[] = [...(await takeLooks(looksAtFiles(place), decide, paths.root))];
  const take = async (findings: readonly RepairFinding[]): Promise<void> => {
    for (const finding of findings) results.push({ finding, outcome: await decide(finding) });
  };
  const lookOn = async (team: Team): Promise<void> => {
    results.push(...(await takeLooks(looksAtTeam(place, team, "doctor"), decide, paths.root)));
    await take(unsupervised(supervisor, results));
  };
  let facts: TeamFacts | undefined;
  try {
    // To look, without the right to write: opening a team may mend it, and what was mended unseen is not told.
    await withTeam(host, readOnlyFiles(job.fs), name, async (team) => {
      supervisor = await livingSupervisor(team);
      const { findings, walked } = await lookAtFold(place, team, { maxBytes: Number.POSITIVE_INFINITY });
      await take([...findings, ...(walked ? tellLoud(walked) : [])]);
      facts = {
        members: team.state().members.size,
        tasks: team.state().tasks.size,
        walked,
        supervisor,
      };
      if (!fixing) await lookOn(team);
    });
    // Opened again: whoever began with a snapshot that was wrong must not decide anything.
    if (fixing) await withTeam(host, fs, name, lookOn);
  } catch (error) {
    await take([troubleFinding(error, paths.root)]);
  }
  return { facts, results: once(results) };
}

async function livingSupervisor(team: Team): Promise<number | undefined> {
  const signs = await supervisorOf(team);
  return signs && signs.verdict !== "dead" ? signs.lease.pid : undefined;
}

/** Lives that go on are nothing to tell while somebody watches over them. */
function unsupervised(
  supervisor: number | undefined,
  results: readonly Repaired[],
): readonly RepairFinding[] {
  const living = results.flatMap(({ finding }) => (finding.kind === "lives_on" ? [finding.what] : []));
  if (supervisor !== undefined || living.length === 0) return [];
  return [
    {
      kind: "unsupervised",
      severity: "warning",
      what: "agents work without a supervisor",
      details: living,
    },
  ];
}

/** The same damage is met by more than one look. */
function once(results: readonly Repaired[]): readonly Repaired[] {
  const seen = new Set<string>();
  return results.filter(({ finding: { kind, what } }) => {
    const key = `${kind} ${what}`;
    if (kind === "lives_on" || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
