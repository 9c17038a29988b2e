import { TroupeError } from "../../../src/base/errors.ts";
import type { Message } from "../../../src/protocol/message.ts";
import type { Position } from "../../../src/protocol/names.ts";
import type { Store } from "../../../src/store/store.ts";
import type { Team } from "../../../src/team/team.ts";

/** What a process was told about an entry of its own. `failed`: that nothing stands. */
export interface Told {
  readonly process: number;
  readonly log: string;
  readonly id: string;
  answer: "pending" | "kept" | "refused" | "failed" | "uncertain";
}

/** What all processes of a run saw and were told. */
export interface History {
  readonly told: readonly Told[];
  /** Ids that a process was given from its mailbox, in order, by process and opening. */
  readonly received: readonly { readonly process: number; readonly log: string; readonly ids: string[] }[];
  /** A process begins to append an entry. */
  readonly tries: (process: number, log: string, id: string) => void;
  /** The team as the process uses it, with every answer written down. */
  readonly watch: (process: number, team: Team) => Team;
  readonly receives: (process: number, log: string) => (messages: readonly Message[]) => void;
  readonly report: (invariant: number, what: string) => void;
  /** The first thing that two processes see differently. */
  readonly broken: () => string | undefined;
}

export function createHistory(): History {
  const told: Told[] = [];
  const received: { process: number; log: string; ids: string[] }[] = [];
  /** By id: where it counts, and what was said there, by whoever folded it first. */
  const verdicts = new Map<string, string>();
  const ids = new Map<Position, string>();
  let broken: string | undefined;

  function report(invariant: number, what: string): void {
    broken ??= `invariant ${invariant}: ${what}`;
  }

  function folded(process: number, id: string, at: Position, isAccepted: boolean): void {
    const said = `${at} ${isAccepted ? "accepted" : "void"}`;
    const before = verdicts.get(id);
    const there = ids.get(at);
    if (before !== undefined && before !== said)
      report(4, `process ${process} folded ${id} at ${said}, another at ${before}`);
    if (there !== undefined && there !== id)
      report(4, `process ${process} folded ${id} at ${at}, where another folded ${there}`);
    verdicts.set(id, said);
    ids.set(at, id);
  }

  /** Writes down what became of the entries that `job` appended. */
  async function follow<T>(
    process: number,
    job: () => Promise<T>,
    answerOf: (value: T) => Told["answer"],
  ): Promise<T> {
    const from = told.length;
    const settle = (answer: Told["answer"]): void => {
      for (const each of told.slice(from))
        if (each.process === process && each.answer === "pending") each.answer = answer;
    };
    try {
      const value = await job();
      settle(answerOf(value));
      return value;
    } catch (error) {
      const isUncertain = error instanceof TroupeError && error.details["uncertain"] === true;
      settle(isUncertain ? "uncertain" : "failed");
      throw error;
    }
  }

  return {
    told,
    received,
    tries: (process, log, id) => {
      const isKnown = told.some((each) => each.process === process && each.id === id && each.log === log);
      if (!isKnown) told.push({ process, log, id, answer: "pending" });
    },
    watch: (process, team) => {
      team.subscribe(({ entry, at, verdict }) => folded(process, entry.id, at, verdict.ok));
      return {
        ...team,
        commit: (draft) =>
          follow(
            process,
            () => team.commit(draft),
            ({ ok }) => (ok ? "kept" : "refused"),
          ),
        post: (draft) =>
          follow(
            process,
            () => team.post(draft),
            () => "kept",
          ),
      };
    },
    receives: (process, log) => {
      const mine = { process, log, ids: [] as string[] };
      received.push(mine);
      return (messages) => mine.ids.push(...messages.map(({ id }) => id));
    },
    report,
    broken: () => broken,
  };
}

/** Ids in a log that count, each once, in order; `first`: where to begin to look. */
export async function idsIn(log: Store["journal"] | ReturnType<Store["mailbox"]>): Promise<string[]> {
  const ids = new Set<string>();
  let position = await log.start();
  for (let atEnd = false; !atEnd; ) {
    const chunk = await log.read(position);
    for (const { entry } of chunk.entries) ids.add(entry.id);
    position = chunk.next;
    ({ atEnd } = chunk);
  }
  return [...ids];
}
