import type { Outcome, Repaired } from "../../runtime/repair-decide.ts";
import type { RepairFinding, RepairKind } from "../../runtime/repair-finding.ts";
import type { Area, Checked, Finding, RepairLine } from "./finding.ts";

interface Words {
  readonly id: Finding["id"];
  readonly why: string;
  /** What a person can do where `--fix` cannot, or before it. TEAM is replaced by the team's name. */
  readonly do: string;
}

const FIX = "troupe doctor --fix";

/** A number, a reason and an advice for everything that a look may find. */
const WORDS: Readonly<Record<RepairKind, Words>> = {
  wide_modes: {
    id: "DR010",
    why: "messages and transcripts may hold secrets; troupe makes folders 0700 and files 0600",
    do: FIX,
  },
  foreign_owner: {
    id: "DR011",
    why: "troupe started as another user, root perhaps, cannot be followed by this one",
    do: "chown it to yourself, or set CLAUDE_CONFIG_DIR to a folder of yours",
  },
  network: {
    id: "DR012",
    why: "there appends of several processes are not atomic and changes are not announced: troupe takes a lock and polls",
    do: "set CLAUDE_CONFIG_DIR to a folder on a local disk",
  },
  low_space: { id: "DR013", why: "when it is full nothing can be claimed or sent", do: "make room" },
  odd_append: {
    id: "DR014",
    why: "entries of two agents would destroy each other",
    do: "set CLAUDE_CONFIG_DIR to a folder on another file system",
  },
  half_made: { id: "DR015", why: "its maker died before the team was there", do: FIX },
  half_deleted: { id: "DR016", why: "whoever removed the team died in the middle", do: FIX },
  closed_folder: {
    id: "DR017",
    why: "what cannot be read counts for nobody",
    do: "give yourself the right to it (chmod u+rwX), or mend the disk",
  },
  torn_lines: {
    id: "DR020",
    why: "a writer died in the middle, or the disk was full; nothing is cut",
    do: "nothing",
  },
  log_damaged: {
    id: "DR021",
    why: "everyone who reads it stops, and nothing is written",
    do: "stop the team (troupe down TEAM), put the file back from a backup; troupe never makes it again by itself",
  },
  newer_format: { id: "DR022", why: "a newer troupe wrote it", do: "update troupe" },
  orphaned_task: { id: "DR023", why: "no member is there to free it", do: `${FIX}, or troupe resume TEAM` },
  dead_life: {
    id: "DR024",
    why: "it was killed, and so was whoever watched over it",
    do: "troupe resume TEAM goes on with it",
  },
  dead_lease: {
    id: "DR025",
    why: "nobody starts again what dies",
    do: "troupe resume TEAM, or troupe down TEAM",
  },
  held: {
    id: "DR026",
    why: "it may be what kills them",
    do: "troupe task show ID; then troupe task reopen ID",
  },
  unsupervised: {
    id: "DR027",
    why: "nobody starts again what dies",
    do: "troupe resume TEAM adopts them, troupe down TEAM ends them",
  },
  died: {
    id: "DR028",
    why: "its process ended without being asked to",
    do: "troupe agent logs NAME; troupe resume TEAM",
  },
  changed_line: {
    id: "DR029",
    why: "it counts for those who read it before, and for nobody who reads it now",
    do: "put the file back from a backup, or leave it: the line is skipped",
  },
  temp_files: { id: "DR040", why: "their writers were killed; nobody reads them", do: FIX },
  unsealed: { id: "DR041", why: "its sealer was killed; nothing counts in the next one before", do: FIX },
  snapshot: {
    id: "DR042",
    why: "it is not believed, or must not be; without it the journal is read from its start",
    do: FIX,
  },
  disputed: {
    id: "DR043",
    why: "a line was changed by hand, or a program is wrong; who began where decides what it believes",
    do: "troupe down TEAM, put the journal back from a backup; or remove journal/snapshot.json to believe the journal",
  },
  cursor: {
    id: "DR044",
    why: "torn, or ahead of the log after a power cut: new mail below it would never be read",
    do: FIX,
  },
  stale_run: { id: "DR045", why: "its process was killed and could not remove it", do: FIX },
  bad_run: { id: "DR046", why: "it tells nobody who lives there", do: FIX },
  lock: {
    id: "DR047",
    why: "who waits for it waits in vain for some seconds",
    do: "look what is in it, then remove it by hand",
  },
  leftover_processes: { id: "DR048", why: "their agent is gone, and they work on", do: FIX },
  unnamed_bodies: {
    id: "DR049",
    why: "their senders died before the message stood, or it was read and removed long ago",
    do: FIX,
  },
  alien_files: {
    id: "DR050",
    why: "a sync folder makes conflicted copies; two machines on one log destroy it",
    do: "take the folder out of the sync, then remove the copies by hand",
  },
  unknown_mailbox: { id: "DR051", why: "its member was never there, or the journal lost it", do: "nothing" },
  no_journal: {
    id: "DR052",
    why: "it was moved or removed; without it there is no team",
    do: "put it back from a backup, or remove the folder by hand",
  },
  loud_writer: {
    id: "DR054",
    why: "most of what is kept and read is its; a member that writes without end costs the others time and money",
    do: "troupe agent logs NAME; troupe agent stop NAME",
  },
  missing_folders: {
    id: "DR053",
    why: "a power cut, or somebody, took them; without them nothing can be sent",
    do: `${FIX}, or troupe resume TEAM`,
  },
  lives_on: { id: "DR027", why: "it goes on", do: "nothing" },
};

/** What the looks of an area found and what became of it, in words. */
export function checkedOf(
  area: Area,
  team: string | null,
  facts: readonly string[],
  results: readonly Repaired[],
): Checked {
  return {
    facts,
    findings: results.map(({ finding }) => inWords(area, team, finding)),
    repairs: results.flatMap((result) => repairLine(team, result)),
  };
}

function inWords(
  area: Area,
  team: string | null,
  { kind, severity, what, details, repair }: RepairFinding,
): Finding {
  const words = WORDS[kind];
  return {
    id: words.id,
    area,
    team,
    severity,
    what: team === null ? what : `${team}: ${what}`,
    details: details ?? [],
    why: words.why,
    do: team === null ? words.do : words.do.replaceAll("TEAM", team),
    fix: repair?.plan ?? null,
  };
}

function repairLine(team: string | null, { finding, outcome }: Repaired): readonly RepairLine[] {
  if (outcome.kind === "found") return [];
  const { id } = WORDS[finding.kind];
  const text = whatBecame(finding, outcome);
  return [{ id, team, done: outcome.kind !== "left", text: team === null ? text : `${team}: ${text}` }];
}

function whatBecame({ what }: RepairFinding, outcome: Exclude<Outcome, { kind: "found" }>): string {
  if (outcome.kind === "repaired") return outcome.line;
  return outcome.kind === "left" ? `${what}: ${outcome.why}` : `${what}: somebody else was faster`;
}
