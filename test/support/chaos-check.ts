import { type KeptTurn, mailIn, readTurns, resultsOf, unpaired } from "./chaos-transcript.ts";
import { type Counted, type Evidence, readEvidence } from "./verify-evidence.ts";
import { openFold } from "./verify-fold.ts";
import { referee } from "./verify-referee.ts";
import type { Fold, Violation } from "./verify-words.ts";

/** What is known of a team from outside its folder. */
export interface TeamFacts {
  /** Members with a process, so with a transcript. */
  readonly members: readonly string[];
  /** What the driver itself was told to be kept: `mail/ada`, id. */
  readonly acknowledged: readonly { readonly log: string; readonly id: string }[];
  /** What whoever followed the journal has folded to. */
  readonly hashes: readonly { readonly who: string; readonly hash: string }[];
  /** Processes that are still there. */
  readonly processes: readonly string[];
  /** Processes that were killed: each may have torn one line. */
  readonly kills: number;
  /** Whether the disk was full when that turn was written: lines may be torn, and a turn behind it missing. */
  readonly wasFull: (turn: KeptTurn) => boolean;
  readonly hadFullDisk: boolean;
  /** Requests that the model server had to refuse. */
  readonly refused: readonly string[];
}

/** Files of Claude Code's own in a team's folder: a peer's, not ours. */
const BORDER = /^(inboxes\/|config\.json)/;

/**
 * The invariants of faults.md §1 on a team that is at rest: all tasks done, all mail delivered, nobody running. `fold`
 * replaces the team's rules, to try known-bad ones.
 */
export function checkTeam(teamDir: string, facts: TeamFacts, fold: Fold = openFold()): Violation[] {
  const evidence = readEvidence(teamDir);
  const journal = evidence.logs.get("journal") ?? [];
  const accepted = journal.filter(({ line }) => fold.apply(line));
  const violations = [
    ...referee(accepted),
    ...sameState(facts, fold.hash()),
    ...kept(evidence, facts.acknowledged, "the driver"),
    ...whole(evidence, facts),
    ...nothingLeft(evidence, facts),
    ...facts.refused.map((what) => ({ invariant: 9, what: `the model server refused: ${what}` })),
  ];
  for (const member of facts.members) {
    const turns = readTurns(teamDir, member);
    violations.push(
      ...unpaired(turns, facts.wasFull).map((what) => ({ invariant: 7, what: `${member}: ${what}` })),
      ...delivered(evidence, member, turns),
      ...answered(evidence, { member, turns, accepted }),
    );
  }
  return violations;
}

function sameState({ hashes }: TeamFacts, fresh: string): Violation[] {
  return hashes
    .filter(({ hash }) => hash !== fresh)
    .map(({ who, hash }) => ({
      invariant: 4,
      what: `${who} has folded to ${hash}, a fresh fold to ${fresh}`,
    }));
}

function kept(
  { logs, behindSeal }: Evidence,
  acknowledged: TeamFacts["acknowledged"],
  who: string,
): Violation[] {
  const ids = new Map([...logs].map(([log, entries]) => [log, new Set(entries.map(({ id }) => id))]));
  return acknowledged
    .filter(({ log, id }) => !ids.get(log)?.has(id))
    .map(({ log, id }) => ({
      invariant: 1,
      what: `${who} was told that ${id} is kept; it ${behindSeal.get(log)?.has(id) ? "stands behind the seal of" : "is missing in"} ${log}`,
    }));
}

/**
 * 1, 2, 3: each message of the mailbox entered the conversation once, with its words, and nothing else did; those of one
 * sender in their order: one who writes too much waits, and the others' mail goes first.
 */
function delivered({ logs }: Evidence, member: string, turns: readonly KeptTurn[]): Violation[] {
  const mail = logs.get(`mail/${member.toLowerCase()}`) ?? [];
  const places = new Map(
    mail.map(({ id, line }, at) => [
      id,
      { at, text: line["text"], lane: `${String(line["kind"])} ${String(line["from"])}` },
    ]),
  );
  const seen = new Set<string>();
  const violations: Violation[] = [];
  const reached = new Map<string, number>();
  for (const { id, turn } of mailIn(turns)) {
    const place = places.get(id);
    if (!place) violations.push({ invariant: 2, what: `${member} heard ${id}, which is not in its mailbox` });
    else if (seen.has(id)) violations.push({ invariant: 3, what: `${member} heard ${id} twice` });
    else if (!isInOrder(reached, place))
      violations.push({ invariant: 3, what: `${member} heard ${id} out of its order` });
    else if (typeof place.text === "string" && !said(turn, place.text))
      violations.push({ invariant: 2, what: `${member} heard ${id} with other words than were sent` });
    seen.add(id);
  }
  for (const id of places.keys())
    if (!seen.has(id)) violations.push({ invariant: 1, what: `${member} never heard ${id} of its mailbox` });
  return violations;
}

/** Behind everything of its sender that came before. Remembers how far that is. */
function isInOrder(
  reached: Map<string, number>,
  { at, lane }: { readonly at: number; readonly lane: string },
): boolean {
  const before = reached.get(lane) ?? -1;
  reached.set(lane, Math.max(before, at));
  return at >= before;
}

function said({ blocks }: KeptTurn, text: string): boolean {
  return blocks.some((block) => block.text?.includes(text) === true);
}

interface Member {
  readonly member: string;
  readonly turns: readonly KeptTurn[];
  readonly accepted: readonly Counted[];
}

/** 1, 4: what its tools told the model stands: messages sent, tasks created, tasks completed. */
function answered(evidence: Evidence, { member, turns, accepted }: Member): Violation[] {
  const created = new Set(
    accepted.filter(({ line }) => line.op === "create").map(({ line }) => line["task"]),
  );
  const completed = new Set(
    accepted
      .filter(({ line }) => line.op === "complete" && line["by"] === member)
      .map(({ line }) => line["task"]),
  );
  return resultsOf(turns).flatMap(({ tool, text }) => {
    if (tool === "SendMessage" && text.startsWith("sent to ")) {
      const acks = [...text.matchAll(/(\S+) \(id ([^)]+)\)/g)];
      const told = acks.map(([, to = "", id = ""]) => ({ log: `mail/${to.toLowerCase()}`, id }));
      return kept(evidence, told, member);
    }
    const task = /^created #(\d+)/.exec(text)?.[1];
    if (tool === "TaskCreate" && task !== undefined && !created.has(task))
      return [{ invariant: 1, what: `${member} was told that #${task} was created; nobody knows it` }];
    const done = /^#(\d+) .*\bcompleted$/.exec(text)?.[1];
    if (tool === "TaskUpdate" && done !== undefined && !completed.has(done))
      return [{ invariant: 4, what: `${member} was told that #${done} is completed; that does not count` }];
    return [];
  });
}

/** 7: torn lines only where somebody was killed in the middle, or the disk was full. */
function whole({ torn, broken }: Evidence, { kills, hadFullDisk }: TeamFacts): Violation[] {
  const violations = broken.map((what) => ({ invariant: 7, what }));
  if (torn.length > kills && !hadFullDisk)
    violations.push({ invariant: 7, what: `${torn.length} torn lines after ${kills} kills` });
  return violations;
}

/** 8: after `troupe down`. */
function nothingLeft({ leftovers }: Evidence, { processes }: TeamFacts): Violation[] {
  const files = leftovers.filter((path) => !BORDER.test(path));
  return [...files, ...processes].map((what) => ({ invariant: 8, what: `${what} is left` }));
}

/** Milliseconds from a message's append to its place in the transcript, by the clocks of both; `isCounted` chooses messages. */
export function deliveryMs(
  teamDir: string,
  members: readonly string[],
  isCounted: (message: Counted, turn: KeptTurn) => boolean,
): readonly { readonly atMs: number; readonly ms: number; readonly from: string }[] {
  const { logs } = readEvidence(teamDir);
  return members.flatMap((member) => {
    const mail = new Map(
      (logs.get(`mail/${member.toLowerCase()}`) ?? []).map((message) => [message.id, message]),
    );
    return mailIn(readTurns(teamDir, member)).flatMap(({ id, turn }) => {
      const message = mail.get(id);
      if (!message || !isCounted(message, turn)) return [];
      const atMs = Date.parse(String(message.line["at"]));
      return [{ atMs, ms: turn.atMs - atMs, from: String(message.line["from"]) }];
    });
  });
}
