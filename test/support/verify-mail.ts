import type { Life } from "./kill-life.ts";
import type { Counted, Evidence } from "./verify-evidence.ts";
import { nameOf, type Report } from "./verify-reports.ts";
import type { Violation } from "./verify-words.ts";

const productId = (task: string, attempt: string): string => `product-${task}-${attempt}.1`;

function mailOf({ logs }: Evidence): { log: string; entry: Counted }[] {
  return [...logs].flatMap(([log, entries]) =>
    log.startsWith("mail/") ? entries.map((entry) => ({ log, entry })) : [],
  );
}

/** Each mailbox from its first message on: what was removed with its segment stands in the transcript of its owner. */
export function mailboxes({ logs, transcripts }: Evidence): ReadonlyMap<string, readonly string[]> {
  const boxes = [...logs].filter(([log]) => log.startsWith("mail/"));
  return new Map(
    boxes.map(([log, entries]) => {
      const there = new Set(entries.map(({ id }) => id));
      const removed = removedPart(transcripts.get(log) ?? [], there);
      return [log, [...new Set([...removed, ...there])]];
    }),
  );
}

/**
 * What stood in front of the segments that are left. A product that is sent again by a later life may stand there and,
 * once more, in what is left: there its first copy counts.
 */
function removedPart(transcript: readonly string[], there: ReadonlySet<string>): readonly string[] {
  const last = transcript.findLastIndex((id) => !there.has(id));
  if (last < 0) return [];
  const rest = transcript.slice(last + 1).findIndex((id) => !id.startsWith("product-"));
  return transcript.slice(0, rest < 0 ? undefined : last + 1 + rest);
}

/** 1: what was acknowledged stands in its log, in front of a seal. */
export function acknowledged(evidence: Evidence, reports: readonly Report[]): Violation[] {
  const ids = new Map(
    [...evidence.logs].map(([log, entries]) => [log, new Set(entries.map(({ id }) => id))]),
  );
  // What was read and removed with its segment is in its reader's transcript.
  for (const [log, transcript] of evidence.transcripts) for (const id of transcript) ids.get(log)?.add(id);
  return reports
    .filter(({ word, args: [log = "", id = ""] }) => word === "ACK" && !ids.get(log)?.has(id))
    .map(({ life, args: [log = "", id = ""] }) => {
      const where = evidence.behindSeal.get(log)?.has(id) ? "stands behind the seal of" : "is missing in";
      return { invariant: 1, what: `${nameOf(life)} was told that ${id} is kept; it ${where} ${log}` };
    });
}

/** 2: each message was made by a process that lived, and says what that process made it say. */
export function sentBySomebody(evidence: Evidence, reports: readonly Report[]): Violation[] {
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
export function inOrder(evidence: Evidence, reports: readonly Report[]): Violation[] {
  const violations: Violation[] = [];
  for (const [log, ids] of mailboxes(evidence)) {
    const index = new Map(ids.map((id, at) => [id, at]));
    const last = new Map<Life, number>();
    let reach = -1;
    for (const { life, word, args } of reports) {
      const [from, id = ""] = args;
      if (word !== "GOT" || from !== log) continue;
      const at = index.get(id);
      if (at === undefined) {
        violations.push({ invariant: 2, what: `${nameOf(life)} was given ${id}, which is not in ${log}` });
        continue;
      }
      // A life begins where cursor and transcript stood: at or before what earlier lives were given, never beyond.
      const before = last.get(life);
      const inStep = before === undefined ? at <= reach + 1 : at === before + 1;
      if (!inStep)
        violations.push({ invariant: 3, what: `${nameOf(life)} was given ${id} of ${log} out of order` });
      last.set(life, at);
      reach = Math.max(reach, at);
    }
    violations.push(...sendersOrder(log, ids));
  }
  return violations;
}

function sendersOrder(log: string, ids: readonly string[]): Violation[] {
  const counters = new Map<string, number>();
  return ids.flatMap((id) => {
    const [sender = "", counter = "0"] = id.split(".");
    const before = counters.get(sender) ?? 0;
    counters.set(sender, Number(counter));
    return Number(counter) > before
      ? []
      : [{ invariant: 3, what: `${log}: ${id} stands behind number ${before} of the same sender` }];
  });
}

/** A completed task has the product of the attempt that completed it: it was sent before. */
export function products(evidence: Evidence, reports: readonly Report[]): Violation[] {
  const sent = new Set([...mailboxes(evidence).values()].flat());
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

/** Once all is quiet, whoever reads its mail (`readers`) was given everything that is in its mailbox. */
export function allDelivered(
  evidence: Evidence,
  reports: readonly Report[],
  readers: readonly string[],
): Violation[] {
  const boxes = mailboxes(evidence);
  return readers.flatMap((log) => {
    const given = new Set(
      reports.flatMap(({ word, args }) => (word === "GOT" && args[0] === log ? [args[1]] : [])),
    );
    return (boxes.get(log) ?? [])
      .filter((id) => !given.has(id))
      .map((id) => ({ invariant: 1, what: `${id} stands in ${log} and was never given to its reader` }));
  });
}
