import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isSystemError } from "../../base/disk-error.ts";
import { type Exports, readExports } from "./exports.ts";

/** Where SessionStart hooks write what the commands of the member find in their environment from then on. */
export interface EnvFile {
  /** For CLAUDE_ENV_FILE; the folder is its own. */
  readonly path: string;
  /** Empty, and there. Does not throw. */
  readonly begin: () => Promise<void>;
  /** What stands in it now. Does not throw. */
  readonly read: (env: Readonly<Record<string, string>>) => Promise<Exports>;
}

/** Longer ones are no list of variables. */
const MOST_CHARACTERS = 256 * 1024;
const NOTHING: Exports = { set: {}, wrong: [] };

/** `folder`: what the team keeps of the asker. */
export function openEnvFile(folder: string, onTrouble: (error: unknown) => void): EnvFile {
  const dir = join(folder, "session-env");
  const path = join(dir, "env");
  const attempt = async <T>(work: () => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      onTrouble(error);
      return otherwise;
    }
  };
  return {
    path,
    begin: () =>
      attempt(async () => {
        // Whatever a hook of an earlier life has made of it.
        await rm(dir, { recursive: true, force: true });
        await mkdir(dir, { recursive: true, mode: 0o700 });
        await writeFile(path, "", { mode: 0o600, flag: "wx" });
      }, undefined),
    read: (env) =>
      attempt(async () => {
        const text = await readFile(path, "utf8");
        // No program can be given a NUL.
        return readExports(text.slice(0, MOST_CHARACTERS).replaceAll("\0", ""), env);
      }, NOTHING),
  };
}
