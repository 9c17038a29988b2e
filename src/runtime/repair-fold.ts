import { join } from "node:path";
import type { Fs } from "../base/files.ts";
import { taggedProcesses } from "../base/process-identity.ts";
import type { Team } from "../team/team.ts";
import { teamTag } from "./child-env.ts";
import { lookAtBodies } from "./repair-bodies.ts";
import { troubleFinding } from "./repair-decide.ts";
import type { RepairFinding, RepairPlace } from "./repair-finding.ts";
import { judgeFold } from "./repair-judge.ts";
import { claimsOfMembers, lookAtSnapshot } from "./repair-snapshot.ts";
import { tellTorn } from "./repair-torn.ts";
import { type Walked, walkLogs } from "./repair-walk.ts";

export interface FoldLook {
  readonly findings: readonly RepairFinding[];
  /** The snapshot that was believed says something else than the journal: whoever began with it is misled. */
  readonly isDisputed: boolean;
  /** Undefined when there is more than `maxBytes` of logs. */
  readonly walked: Walked | undefined;
}

/** One pass over every log, and what follows from it: torn lines, snapshot against fold, body files. */
export async function lookAtFold(
  place: RepairPlace,
  team: Team,
  { maxBytes }: { readonly maxBytes: number },
): Promise<FoldLook> {
  if ((await bytesOfLogs(place)) > maxBytes) return { findings: [], isDisputed: false, walked: undefined };
  const look = await lookAtSnapshot(place, team);
  const claims = await claimsOfMembers(place);
  const positions = claims.map(({ position }) => position);
  if (look.kind === "believed") positions.push(look.claimed.position);
  const walked = await walkLogs(place, team, new Set(positions));
  const torn = await tellTorn(place, walked);
  const isChanged = torn.some(({ kind }) => kind === "changed_line");
  const judged = judgeFold(place, walked, { look, claims, isChanged });
  return {
    findings: [
      ...walked.trouble.map((error) => troubleFinding(error, place.paths.root)),
      ...torn,
      ...judged,
      ...strangersOf(walked),
      ...((await isQuiet(place, team)) ? await lookAtBodies(place, walked) : []),
    ],
    isDisputed: look.kind === "believed" && judged.length > 0,
    walked,
  };
}

/** No process of the team lives: nobody is about to send a text once more that a body file holds. */
async function isQuiet({ configDir }: RepairPlace, team: Team): Promise<boolean> {
  const living = await taggedProcesses(teamTag(configDir, team.name));
  return living.every(({ identity }) => identity.pid === process.pid);
}

function strangersOf({ strangers }: Walked): readonly RepairFinding[] {
  if (strangers.length === 0) return [];
  return [
    {
      kind: "unknown_mailbox",
      severity: "note",
      what: `mail for ${strangers.join(", ")}, who ${strangers.length === 1 ? "is" : "are"} in no entry of the journal`,
    },
  ];
}

async function bytesOfLogs({ fs, paths }: RepairPlace): Promise<number> {
  let bytes = 0;
  for (const folder of [paths.journal, paths.mail, paths.agents]) bytes += await bytesBelow(fs, folder);
  return bytes;
}

async function bytesBelow(fs: Fs, folder: string): Promise<number> {
  let bytes = 0;
  for (const name of (await fs.list(folder)) ?? []) {
    const path = join(folder, name);
    const facts = await fs.stat(path);
    if (facts?.kind === "folder") bytes += await bytesBelow(fs, path);
    else if (facts?.kind === "file" && name.endsWith(".jsonl")) bytes += facts.size;
  }
  return bytes;
}
