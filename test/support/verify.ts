import type { KillRun, Life } from "./kill-harness.ts";
import { type Counted, type Evidence, readEvidence } from "./verify-evidence.ts";
import { openFold } from "./verify-fold.ts";
import { referee } from "./verify-referee.ts";
import type { Fold, Violation } from "./verify-words.ts";

interface Report {
  readonly life: Life;
  readonly word: string;
  readonly args: readonly string[];
}

const name = (life: Life): string => `${life.member}'s life ${life.number}`;
const productId = (task: string, attempt: string): string => `product-${task}-${attempt}.1`;

function reportsOf({ lives }: KillRun): Report[] {
  return lives.flatMap((life) =>
    life.lines.map((line) => {
      const [word = "", ...args] = line.split(" ");
      return { life, word, args };
    }),
  );
}

/** 1: what was acknowledged stands in its log, in front of a seal. */
function acknowledged(evidence: Evidence, reports: readonly Report[]): Violation[] {
  const ids = new Map(
    [...evidence.logs].map(([log, entries]) => [log, new Set(entries.map(({ id }) => id))]),
  );
  return reports
    .filter(({ word, args: [log = "", id = ""] }) => word === "ACK" && !ids.get(log)?.has(id))
    .map(({ life, args: [log = "", id = ""] }) => {
      const where = evidence.behindSeal.get(log)?.has(id) ? "stands behind the seal of" : "is missing in";
      return { invariant: 1, what: `${name(life)} was told that ${id} is kept; it ${where} ${log}` };
    });
}

/** 2: each message was made by a process that lived, and says what that process made it say. */
function sentBySomebody(evidence: Evidence, reports: readonly Report[]): Violation[] {
  const senders = new Set(reports.filter(({ word }) => word === "UP").map(({ args }) => args[0]));
  const attempts = new Set(
    reports
      .filter(({ word }) => word === "WON" || word === "OWN")
      .map(({ args: [task = "", , attempt = ""] }) => productId(task, attempt)),
  );
  return mailOf(evidence).flatMap(({ log, entry }) => {
    const { id, line } = entry;
    const known = id.startsWith("product-") ? attempts.has(id) : senders.has(id.split(".")[0]);
    if (!known) return [{ invariant: 2, what: `${log} holds ${id}, which nobody sent` }];
    const content = line["text"];
    const [filler = ""] = typeof content === "string" ? content.split(" ").slice(-1) : [];
    const size = typeof content === "string" ? / (\d+) x*$/.exec(content)?.[1] : String(filler.length);
    return size === String(filler.length)
      ? []
      : [{ invariant: 2, what: `${log} holds ${id} with another text than was sent` }];
  });
}

/** 3: in the mailbox's order, nothing skipped, nothing twice in one life; and of each sender in its own order. */
function inOrder(evidence: Evidence, reports: readonly Report[]): Violation[] {
  const violations: Violation[] = [];
  for (const [log, entries] of evidence.logs) {
    const index = new Map(entries.map(({ id }, at) => [id, at]));
    const last = new Map<Life, number>();
    let reach = -1;
    for (const { life, word, args } of reports) {
      const [from, id = ""] = args;
      if (word !== "GOT" || from !== log) continue;
      const at = index.get(id);
      if (at === undefined) {
        violations.push({ invariant: 2, what: `${name(life)} was given ${id}, which is not in ${log}` });
        continue;
      }
      // A life begins where cursor and transcript stood: at or before what earlier lives were given, never beyond.
      const before = last.get(life);
      const inStep = before === undefined ? at <= reach + 1 : at === before + 1;
      if (!inStep)
        violations.push({ invariant: 3, what: `${name(life)} was given ${id} of ${log} out of order` });
      last.set(life, at);
      reach = Math.max(reach, at);
    }
    violations.push(...sendersOrder(log, entries));
  }
  return violations;
}

function sendersOrder(log: string, entries: readonly Counted[]): Violation[] {
  const counters = new Map<string, number>();
  return entries.flatMap(({ id }) => {
    const [sender = "", counter = "0"] = id.split(".");
    const before = counters.get(sender) ?? 0;
    counters.set(sender, Number(counter));
    return Number(counter) > before
      ? []
      : [{ invariant: 3, what: `${log}: ${id} stands behind number ${before} of the same sender` }];
  });
}

interface Refolded {
  readonly accepted: readonly Counted[];
  /** The hash behind each entry that some life ended at. */
  readonly hashes: ReadonlyMap<string, string>;
}

function refold(evidence: Evidence, reports: readonly Report[], fold: Fold): Refolded {
  const ends = new Set(reports.filter(({ word }) => word === "EXIT").map(({ args }) => args[0]));
  const hashes = new Map<string, string>();
  const accepted = (evidence.logs.get("journal") ?? []).filter(({ id, line }) => {
    const counts = fold.apply(line);
    if (ends.has(id)) hashes.set(id, fold.hash());
    return counts;
  });
  return { accepted, hashes };
}

/** 4: whoever folded up to an entry has the state that a fold from the first byte has there; who won was accepted. */
function sameState(reports: readonly Report[], { accepted, hashes }: Refolded): Violation[] {
  const claims = new Set(accepted.filter(({ line }) => line.op === "claim").map(({ id }) => id));
  const completed = new Set(
    accepted.filter(({ line }) => line.op === "complete").map(({ line }) => line["claim"]),
  );
  return reports.flatMap(({ life, word, args: [one = "", two = ""] }) => {
    if (word === "EXIT" && hashes.get(one) !== two)
      return [
        { invariant: 4, what: `${name(life)} ended at ${one} with the state ${two}, not ${hashes.get(one)}` },
      ];
    if (word === "WON" && !claims.has(two))
      return [
        {
          invariant: 4,
          what: `${name(life)} was told that it won task ${one} by ${two}, which does not count`,
        },
      ];
    if (word === "DONE" && !completed.has(two))
      return [
        {
          invariant: 4,
          what: `${name(life)} was told that task ${one} is done by ${two}, which does not count`,
        },
      ];
    return [];
  });
}

/** 4: no claim is won twice. */
function wonOnce(reports: readonly Report[]): Violation[] {
  const winners = new Map<string, Life>();
  return reports.flatMap(({ life, word, args: [task = "", claim = ""] }) => {
    const before = word === "WON" ? winners.get(`${task} ${claim}`) : undefined;
    if (word === "WON") winners.set(`${task} ${claim}`, life);
    return before && before !== life
      ? [{ invariant: 4, what: `${name(before)} and ${name(life)} both won task ${task} by ${claim}` }]
      : [];
  });
}

/** A completed task has the product of the attempt that completed it: it was sent before. */
function products(evidence: Evidence, reports: readonly Report[]): Violation[] {
  const sent = new Set(mailOf(evidence).map(({ entry }) => entry.id));
  const attempts = new Map(
    reports
      .filter(({ word }) => word === "WON" || word === "OWN")
      .map(({ args: [task = "", claim = "", attempt = ""] }) => [claim, productId(task, attempt)]),
  );
  return reports.flatMap(({ word, args: [task = "", claim = ""] }) => {
    const product = attempts.get(claim);
    return word === "DONE" && product !== undefined && !sent.has(product)
      ? [{ invariant: 1, what: `task ${task} is done and its product ${product} is missing` }]
      : [];
  });
}

/** 7: whole lines and whole files, but for what a killed writer tore: at most one line each. */
function whole(evidence: Evidence, run: KillRun, reports: readonly Report[]): Violation[] {
  const killed = new Set(
    reports.filter(({ word, life }) => word === "UP" && life.killed).map(({ args }) => args[0]),
  );
  const unexplained = evidence.torn.filter(({ writer }) => writer !== undefined && !killed.has(writer));
  const violations = unexplained.map(({ log, offset, writer }) => ({
    invariant: 7,
    what: `${log} has a torn line at byte ${offset} by ${writer}, which was not killed`,
  }));
  if (evidence.torn.length > run.kills)
    violations.push({ invariant: 7, what: `${evidence.torn.length} torn lines after ${run.kills} kills` });
  const seen = run.reader?.lines.filter((line) => line.startsWith("BAD ")) ?? [];
  return [...violations, ...[...evidence.broken, ...seen].map((what) => ({ invariant: 7, what }))];
}

/**
 * 8: no lock and no temporary file, but those that a killed writer left: whoever repairs the team removes them (C12).
 * No process either: a life ends in the harness only with its process.
 */
function nothingLeft({ leftovers }: Evidence, { lives }: KillRun): Violation[] {
  const killed = new Set(lives.filter((life) => life.killed).map(({ pid }) => String(pid)));
  return leftovers
    .filter((path) => !killed.has(/\.(\d+)-\d+\.tmp$/.exec(path)?.[1] ?? ""))
    .map((path) => ({ invariant: 8, what: `${path} is left` }));
}

/** 9: a life that was not killed ended in good order. */
function endedWell({ lives, reader }: KillRun): Violation[] {
  return [...lives, ...(reader ? [reader] : [])]
    .filter(({ killed, code }) => !killed && code !== 0)
    .map((life) => ({
      invariant: 9,
      what: `${name(life)} ended with ${life.code}: ${life.complaint.slice(0, 2_000)}`,
    }));
}

function mailOf({ logs }: Evidence): { log: string; entry: Counted }[] {
  return [...logs].flatMap(([log, entries]) =>
    log.startsWith("mail/") ? entries.map((entry) => ({ log, entry })) : [],
  );
}

/** Checks what can be known without the rules: of any store, ours or a naive one. */
export function verifyLogs(evidence: Evidence, run: KillRun): Violation[] {
  const reports = reportsOf(run);
  return [
    ...acknowledged(evidence, reports),
    ...products(evidence, reports),
    ...sentBySomebody(evidence, reports),
    ...inOrder(evidence, reports),
    ...wonOnce(reports),
    ...whole(evidence, run, reports),
    ...nothingLeft(evidence, run),
    ...endedWell(run),
  ];
}

/**
 * Checks invariants 1 to 5, 7, 8 (and 6, 9 as far as the reports show them) of a team folder at rest against what its
 * processes reported while they lived. Empty when all hold. `fold` replaces the team's rules, to try known-bad ones.
 */
export function verify(teamDir: string, run: KillRun, fold: Fold = openFold()): Violation[] {
  const evidence = readEvidence(teamDir);
  const reports = reportsOf(run);
  const refolded = refold(evidence, reports, fold);
  return [...verifyLogs(evidence, run), ...sameState(reports, refolded), ...referee(refolded.accepted)];
}
