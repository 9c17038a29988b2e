import { join } from "node:path";
import { TroupeError } from "../base/errors.ts";
import type { FileFacts } from "../base/files.ts";
import type { Entry } from "../protocol/entries.ts";
import { type EntryId, MemberName, Party, type Position } from "../protocol/names.ts";
import { segmentName } from "../protocol/paths.ts";
import { parsePosition } from "../store/position.ts";
import type { AgentLogEntry, Log, Placed, TornLine } from "../store/store.ts";
import { type Fold, openFold } from "../team/fold.ts";
import { stateHash } from "../team/state-hash.ts";
import type { Team } from "../team/team.ts";
import type { RepairPlace } from "./repair-finding.ts";

/** Torn lines that are listed one by one; the others are counted. */
const MAX_LISTED = 1_000;
/** A tail without its newline is somebody's line in progress for so long, in ms. Source: faults.md M3. */
const TAIL_MS = 5_000;

/** Everything that one pass over every log of a team tells. */
export interface Walked {
  /** The journal from its first byte, no snapshot believed. */
  readonly fold: Fold;
  /** Where the fold stands, and the id of its last entry. */
  readonly last: { readonly position: Position; readonly id: EntryId } | undefined;
  /** What the fold was at the places that were asked for; those that are no end of an entry are missing. */
  readonly hashes: ReadonlyMap<string, string>;
  readonly torn: readonly TornLine[];
  readonly tornCount: number;
  /** Unfinished lines at the end of a file. */
  readonly tails: readonly TornTail[];
  /** Bytes of the journal and the mailboxes by who wrote them, with those of the body files that they name. */
  readonly writers: ReadonlyMap<string, number>;
  /** How many messages with a body file each of them wrote. */
  readonly large: ReadonlyMap<string, number>;
  /** Who wrote with which instance. */
  readonly instances: ReadonlyMap<string, string>;
  /** Names of body files that an entry of any log names. */
  readonly bodies: ReadonlySet<string>;
  /** Mailboxes that belong to nobody. */
  readonly strangers: readonly string[];
  /** Logs that could not be read to their end: what they name is not known. */
  readonly trouble: readonly TroupeError[];
}

export interface TornTail {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
}

interface Walk {
  readonly torn: TornLine[];
  tornCount: number;
  readonly tails: TornTail[];
  readonly writers: Map<string, number>;
  readonly large: Map<string, number>;
  readonly instances: Map<string, string>;
  readonly bodies: Set<string>;
  readonly strangers: string[];
  readonly trouble: TroupeError[];
}

/**
 * Reads every log of the team from its first byte to its end, in chunks, in flat memory but for the fold itself.
 * `places`: positions of the journal at which the hash of the fold is wanted.
 */
export async function walkLogs(place: RepairPlace, team: Team, places: ReadonlySet<string>): Promise<Walked> {
  const walk: Walk = {
    torn: [],
    tornCount: 0,
    tails: [],
    writers: new Map(),
    large: new Map(),
    instances: new Map(),
    bodies: new Set(),
    strangers: [],
    trouble: [],
  };
  const fold = openFold();
  const hashes = new Map<string, string>();
  let last: Walked["last"];
  const each = ({ entry, at }: Placed<Entry>, bytes: number): void => {
    fold.add(entry);
    last = { position: at, id: entry.id };
    if (places.has(at)) hashes.set(at, stateHash(fold.state));
    wrote(walk, entry.id, entry.by, bytes);
  };
  await walkLog(place, walk, { log: team.store.journal, pathOf: inFolder(place.paths.journal), each });
  await walkMail(place, walk, team);
  await walkAgents(place, walk, team);
  return { ...walk, fold, last, hashes };
}

async function walkMail(place: RepairPlace, walk: Walk, team: Team): Promise<void> {
  const { fs, paths } = place;
  for (const folder of (await fs.list(paths.mail)) ?? []) {
    const owner = Party.safeParse(folder);
    if (!owner.success || (await fs.stat(join(paths.mail, folder)))?.kind !== "folder") continue;
    if (owner.data !== "user" && !team.state().members.has(folder)) walk.strangers.push(folder);
    const named: NamedBody[] = [];
    await walkLog(place, walk, {
      log: team.store.mailbox(owner.data),
      pathOf: inFolder(paths.mailbox(owner.data)),
      each: ({ entry }, bytes) => {
        wrote(walk, entry.id, entry.from, bytes);
        if (entry.body === undefined) return;
        // One that went to several is one file.
        if (!walk.bodies.has(entry.body)) named.push([entry.from, entry.body]);
        walk.bodies.add(entry.body);
      },
    });
    await weigh(place, walk, named);
  }
}

type NamedBody = readonly [from: string, body: string];

async function weigh({ fs, paths }: RepairPlace, walk: Walk, named: readonly NamedBody[]): Promise<void> {
  for (const [from, body] of named) {
    const size = (await fs.stat(join(paths.bodies, body)))?.size ?? 0;
    walk.writers.set(from, (walk.writers.get(from) ?? 0) + size);
    walk.large.set(from, (walk.large.get(from) ?? 0) + 1);
  }
}

async function walkAgents(place: RepairPlace, walk: Walk, team: Team): Promise<void> {
  const { fs, paths } = place;
  for (const folder of (await fs.list(paths.agents)) ?? []) {
    const name = MemberName.safeParse(folder);
    if (!name.success || (await fs.stat(join(paths.agents, folder)))?.kind !== "folder") continue;
    const each = ({ entry }: Placed<AgentLogEntry>): void => {
      if (typeof entry["body"] === "string") walk.bodies.add(entry["body"]);
    };
    const pathTo = (log: string) => (): string => join(paths.agent(name.data), `${log}.jsonl`);
    for (const log of ["transcript", "events", "audit"] as const)
      await walkLog(place, walk, { log: team.store.agentLog(name.data, log), pathOf: pathTo(log), each });
    for (const id of await team.store.subagents(name.data)) {
      const log = team.store.subagentLog(name.data, id);
      await walkLog(place, walk, { log, pathOf: pathTo(`sub-${id}`), each });
      await log.close();
    }
  }
}

interface WalkedLog<E> {
  readonly log: Log<E>;
  readonly pathOf: (segment: number) => string;
  /** `bytes`: of its line, with the newlines around it. */
  readonly each: (placed: Placed<E>, bytes: number) => void;
}

async function walkLog<E>(
  place: RepairPlace,
  walk: Walk,
  { log, pathOf, each }: WalkedLog<E>,
): Promise<void> {
  try {
    let from = await log.start();
    for (;;) {
      const { entries, next, torn, atEnd } = await log.read(from);
      let before = from;
      for (const placed of entries) {
        each(placed, distance(before, placed.at));
        before = placed.at;
      }
      walk.tornCount += torn.length;
      walk.torn.push(...torn.slice(0, MAX_LISTED - walk.torn.length));
      from = next;
      if (atEnd) break;
    }
    await lookAtTail(place, walk, from, pathOf);
  } catch (error) {
    if (!(error instanceof TroupeError)) throw error;
    walk.trouble.push(error);
  }
}

async function lookAtTail(
  { fs, now }: RepairPlace,
  { tails }: Walk,
  end: Position,
  pathOf: (segment: number) => string,
): Promise<void> {
  const { segment, offset } = parsePosition(end) ?? { segment: 1, offset: 0 };
  const path = pathOf(segment);
  const facts: FileFacts | undefined = await fs.stat(path);
  if (!facts || facts.size <= offset || now() - facts.modifiedMs < TAIL_MS) return;
  tails.push({ path, offset, bytes: facts.size - offset });
}

function wrote({ writers, instances }: Walk, id: EntryId, by: string, bytes: number): void {
  writers.set(by, (writers.get(by) ?? 0) + bytes);
  instances.set(id.slice(0, id.lastIndexOf(".")), by);
}

function distance(from: Position, to: Position): number {
  const before = parsePosition(from);
  const after = parsePosition(to);
  if (!before || !after) return 0;
  return before.segment === after.segment ? after.offset - before.offset : after.offset;
}

function inFolder(folder: string): (segment: number) => string {
  return (segment) => join(folder, segmentName(segment));
}
