import { homedir } from "node:os";
import { nanoid } from "nanoid";

/** The outside world, built once at the start of a process: nothing else reads the clock, the environment or chance. */
export interface Host {
  /** The user's home folder, absolute. */
  readonly home: string;
  /** The folder the command was started in, absolute. */
  readonly cwd: string;
  /** This program's own start file, absolute: with `process.execPath` in front it starts another process of troupe. */
  readonly program: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since the epoch. For people and time limits; no rule reads it. */
  readonly now: () => number;
  /** A new random id of 12 characters, `[A-Za-z0-9_-]`, never with a dash in front. */
  readonly newId: () => string;
}

/** Letters and digits first, so that an id never looks like an option. */
function newId(): string {
  for (;;) {
    const id = nanoid(12);
    if (/^[A-Za-z0-9]/.test(id)) return id;
  }
}

/** The host of this process. Called once, in `bin/troupe.js`. */
export function openHost(program: string, cwd: string, env: NodeJS.ProcessEnv): Host {
  return { home: homedir(), cwd, program, env, now: () => Date.now(), newId };
}
