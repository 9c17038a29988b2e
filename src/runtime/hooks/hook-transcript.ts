import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Turn } from "../../agent/loop-deps.ts";
import { isSystemError } from "../../base/disk-error.ts";
import { TroupeError } from "../../base/errors.ts";

/** The member's conversation as hooks read it: a copy in Claude Code's outer shape, one JSON object a line. */
export interface HookTranscript {
  /** So many turns stand on the disk when this life begins. */
  readonly begin: (count: number) => void;
  /** One more stands there. Costs nothing before the file is made. */
  readonly add: (turn: Turn) => void;
  /** Brings the file up to date and answers its path; the file is made at the first time. Does not throw. */
  readonly flush: () => Promise<string>;
}

export interface HookTranscriptDeps {
  readonly path: string;
  readonly sessionId: string;
  readonly dir: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The turns on the disk. */
  readonly read: () => Promise<readonly Turn[]>;
  /** The same message without secrets. */
  readonly hide: (message: Turn["message"]) => Turn["message"];
  readonly onTrouble: (error: unknown) => void;
}

/** Nothing is read or written before somebody wants to look at it. */
export function openHookTranscript(deps: HookTranscriptDeps): HookTranscript {
  const { path, read, onTrouble } = deps;
  let isMade = false;
  /** Turns on the disk, and how many of them are in the file or wait for it. */
  let count = 0;
  let taken = 0;
  let waiting: string[] = [];
  let last: Promise<void> = Promise.resolve();

  const make = async (): Promise<void> => {
    const turns = await read();
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(path, turns.map((turn, index) => lineOf(deps, turn, index + 1)).join(""), {
      mode: 0o600,
    });
    taken = turns.length;
    isMade = true;
  };
  const append = async (): Promise<void> => {
    const lines = waiting;
    if (lines.length === 0) return;
    await appendFile(path, lines.join(""));
    waiting = waiting.slice(lines.length);
  };
  const write = async (): Promise<void> => {
    try {
      await (isMade ? append() : make());
    } catch (error) {
      // A hook that reads an old copy is better than a call that is not made.
      if (!(isSystemError(error) || error instanceof TroupeError)) throw error;
      onTrouble(error);
    }
  };
  return {
    begin: (first) => {
      count = first;
    },
    add: (turn) => {
      count++;
      if (!isMade || count <= taken) return;
      taken = count;
      waiting.push(lineOf(deps, turn, count));
    },
    flush: async () => {
      last = last.then(write);
      await last;
      return path;
    },
  };
}

/** The keys in this order and without spaces: hooks search for `"role":"assistant"`. */
function lineOf({ sessionId, dir, now, hide }: HookTranscriptDeps, turn: Turn, number: number): string {
  const { role, content } = hide(turn.message);
  const line = JSON.stringify({
    type: role,
    message: { role, content: typeof content === "string" ? [{ type: "text", text: content }] : content },
    uuid: `${sessionId}-${number}`,
    parentUuid: number === 1 ? null : `${sessionId}-${number - 1}`,
    sessionId,
    cwd: dir,
    timestamp: new Date(now()).toISOString(),
  });
  return `${line}\n`;
}
