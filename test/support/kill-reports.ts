import type { KillRun } from "./kill-harness.ts";
import type { Life } from "./kill-life.ts";

/** A life with just these reports. */
export function lifeOf(member: string, lines: readonly string[], changes: Partial<Life> = {}): Life {
  return {
    member,
    number: 1,
    pid: 0,
    lines,
    killed: false,
    code: 0,
    complaint: "",
    aliveUntil: process.hrtime.bigint(),
    slept: false,
    way: "end",
    ...changes,
  };
}

export function runOf(lives: readonly Life[], changes: Partial<KillRun> = {}): KillRun {
  return { lives, reader: undefined, kills: 0, seed: 0, ...changes };
}
