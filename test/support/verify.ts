import type { KillRun } from "./kill-harness.ts";
import { readHistory } from "./kill-history.ts";
import type { Life } from "./kill-life.ts";
import { type Counted, type Evidence, readEvidence } from "./verify-evidence.ts";
import { openFold } from "./verify-fold.ts";
import { mailInTime, noRescueOfTheLiving, searchTasks, witness } from "./verify-history.ts";
import { acknowledged, allDelivered, inOrder, mailboxes, products, sentBySomebody } from "./verify-mail.ts";
import { referee } from "./verify-referee.ts";
import { nameOf, type Report, reportsOf } from "./verify-reports.ts";
import type { Fold, Rules, Violation } from "./verify-words.ts";

interface Refolded {
  readonly accepted: readonly Counted[];
  /** The hash behind each entry that some life ended at. */
  readonly hashes: ReadonlyMap<string, string>;
}

/** Reports that hold an entry and the state behind it. */
function isHash(word: string): boolean {
  return word === "EXIT" || word === "HASH";
}

function refold(evidence: Evidence, reports: readonly Report[], fold: Fold): Refolded {
  const ends = new Set(reports.filter(({ word }) => isHash(word)).map(({ args }) => args[0]));
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
    if (isHash(word) && hashes.get(one) !== two)
      return [
        { invariant: 4, what: `${nameOf(life)} was at ${one} with the state ${two}, not ${hashes.get(one)}` },
      ];
    if (word === "WON" && !claims.has(two))
      return [
        {
          invariant: 4,
          what: `${nameOf(life)} was told that it won task ${one} by ${two}, which does not count`,
        },
      ];
    if (word === "DONE" && !completed.has(two))
      return [
        {
          invariant: 4,
          what: `${nameOf(life)} was told that task ${one} is done by ${two}, which does not count`,
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
      ? [{ invariant: 4, what: `${nameOf(before)} and ${nameOf(life)} both won task ${task} by ${claim}` }]
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
      what: `${nameOf(life)} ended with ${life.code}: ${life.complaint.slice(0, 2_000)}`,
    }));
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
 * Checks the invariants of a team folder at rest against what its processes reported while they lived (10, the border,
 * comes with it). Empty when all hold. `openRules` replaces the team's rules, to try known-bad ones.
 */
export function verify(teamDir: string, run: KillRun, openRules: () => Rules = openFold): Violation[] {
  const evidence = readEvidence(teamDir);
  const reports = reportsOf(run);
  const refolded = refold(evidence, reports, openRules());
  const { calls, posts } = readHistory(run);
  return [
    ...verifyLogs(evidence, run),
    ...sameState(reports, refolded),
    ...referee(refolded.accepted),
    ...allDelivered(evidence, reports, run.drained ?? []),
    ...witness(evidence.logs.get("journal") ?? [], calls, openRules()),
    ...searchTasks(calls),
    ...mailInTime(mailboxes(evidence), posts),
    ...noRescueOfTheLiving(evidence, calls),
  ];
}
