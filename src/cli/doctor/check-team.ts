import type { TeamName } from "../../protocol/names.ts";
import { examineTeam, type TeamFacts } from "../../runtime/repair-doctor.ts";
import type { DoctorJob } from "../../runtime/repair-job.ts";
import { counted } from "../amounts.ts";
import type { Checked } from "./finding.ts";
import { checkedOf } from "./words.ts";

/** Writers that are named; the others are counted together. */
const NAMED_WRITERS = 5;

/** One team: its files, its logs, its agents, its tasks. */
export async function checkTeam(job: DoctorJob, name: TeamName): Promise<Checked> {
  const { facts, results } = await examineTeam(job, name);
  return checkedOf("team", name, facts ? factsOf(name, facts) : [`${name}: cannot be read`], results);
}

function factsOf(name: TeamName, { members, tasks, walked, supervisor }: TeamFacts): readonly string[] {
  const watched = supervisor === undefined ? "" : `, supervised by pid ${supervisor}`;
  return [
    `${name}: ${counted(members, "member")}, ${counted(tasks, "task")}${watched}`,
    ...(walked ? writersOf(name, walked.writers) : []),
  ];
}

/** Who fills the journal and the mailboxes, the most first. */
function writersOf(name: TeamName, writers: ReadonlyMap<string, number>): readonly string[] {
  const all = [...writers].toSorted(([, one], [, other]) => other - one);
  if (all.length === 0) return [];
  const named = all.slice(0, NAMED_WRITERS).map(([who, bytes]) => `${who} ${bytesText(bytes)}`);
  const rest = all.slice(NAMED_WRITERS);
  const more = rest.reduce((sum, [, bytes]) => sum + bytes, 0);
  const others = rest.length === 0 ? [] : [`${rest.length} more ${bytesText(more)}`];
  return [`${name}: journal and mail written by ${[...named, ...others].join(", ")}`];
}

function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
