import { cpSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { MemberName } from "../../src/protocol/names.ts";
import { readMailbox } from "../../src/team/mail.ts";
import { makeOld, PLANTS } from "./sick-plants.ts";
import { healthyTeam, type SickTeam, teamIn } from "./sick-team.ts";
import { tempFolder } from "./temp-folder.ts";

/** What goes together, in an order in which nothing mends what came before. */
const TOGETHER = [
  "A6 a member that died with a task",
  "A6 a task of a life that is over",
  "A17 the lease of a dead supervisor",
  "D2 a run.json that cannot be read",
  "D8 a body file that no entry names",
  "A13 a team whose removal was cut short",
  "A13 a team whose making was cut short",
  "C12 a temporary file of a dead writer",
  "E12 a lock that nobody keeps",
  "E12 a file where a lock is made",
  "M21 a cursor that is torn",
  "M8 a snapshot that is no snapshot",
  "M1 a torn line",
  "M6 a segment without a seal under a newer one",
  "M6 the same in a mailbox",
  "L8 files that others may read",
];

/** A team with nearly everything wrong that can be repaired. */
export async function sickTeam(): Promise<SickTeam> {
  const team = await healthyTeam();
  for (const title of TOGETHER) {
    const found = PLANTS[title];
    if (!found) throw new Error(`no such damage: ${title}`);
    await found.plant(team);
  }
  return team;
}

/** The same damage for another run. */
export function copyOf({ configDir }: SickTeam): SickTeam {
  const copy = tempFolder();
  cpSync(configDir, copy, { recursive: true, preserveTimestamps: true });
  // Folders get their time when they are filled.
  for (const folder of ["teams/.new-other-V1StGXR8Z5jd.1", "teams/crew/journal/1.jsonl.lock"])
    makeOld(join(copy, folder));
  return teamIn(copy);
}

/** What counts of a team once it was repaired: all but ids and times of the entries that the repair appended. */
export async function essence(team: SickTeam): Promise<unknown> {
  return team.within(async (one) => {
    const { team: facts, tasks, members } = await one.readOn();
    const mail = await readMailbox(one, MemberName.parse("ada"));
    return {
      lease: facts?.lease,
      tasks: [...tasks.values()].map(({ id, status, owner, deaths, attempts, subject }) => ({
        id,
        status,
        owner,
        deaths,
        attempts,
        subject,
      })),
      members: [...members.values()].map(({ name, life }) => ({ name, how: life?.ended?.how })),
      mail: mail.map(({ message, state }) => [message.id, message.text, state]),
      files: filesOf(team),
    };
  });
}

/** Names and modes; what was set aside by what it is and what it held. */
function filesOf({ configDir }: SickTeam): readonly string[] {
  return readdirSync(configDir, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .map(
      (path) =>
        `${relative(configDir, path).replace(/\.\d{8}T\d{6}Z\./, ".")} ${(statSync(path).mode & 0o777).toString(8)}`,
    )
    .toSorted();
}

/** Every byte that stood in a log before stands there still: nothing acknowledged is lost. */
export function logsOf({ configDir }: SickTeam): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(join(configDir, "teams/crew"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".jsonl"))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(configDir, path), readFileSync(path, "latin1")]),
  );
}
