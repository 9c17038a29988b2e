import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";
import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";

/** A program of the demo is small; one that loops is ended, in ms. */
const LIMIT_MS = 10_000;

export interface Ended {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `execFile` throws for a program that ran and ended with another code than 0. */
const BadEnd = z.looseObject({ code: z.int(), stdout: z.string(), stderr: z.string() });
const run = promisify(execFile);

/** Runs a program to its end, whatever its exit code. Throws `failed` when it cannot be started or does not end. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { folder, host }: { readonly folder: string; readonly host: Host },
  signal: AbortSignal,
): Promise<Ended> {
  const env = { PATH: host.env["PATH"] ?? "", HOME: folder, LANG: "C" };
  try {
    const { stdout, stderr } = await run(program, args, { cwd: folder, env, signal, timeout: LIMIT_MS });
    return { exit: 0, stdout, stderr };
  } catch (error) {
    signal.throwIfAborted();
    const bad = BadEnd.safeParse(error);
    if (bad.success) return { exit: bad.data.code, stdout: bad.data.stdout, stderr: bad.data.stderr };
    const why = error instanceof Error ? error.message : String(error);
    throw new TroupeError("failed", `${program} ${args.join(" ")} could not be run: ${why}`, {
      cause: error,
    });
  }
}
