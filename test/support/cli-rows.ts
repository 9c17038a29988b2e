import { typeLine } from "./cli-team.ts";
import type { CliWorld } from "./cli-world.ts";

/** A command line, what was typed before, and what is to come of it. */
export interface Row {
  readonly line: string;
  /** Typed before, without a look at their answers. */
  readonly given?: readonly string[];
  readonly exit: number;
  readonly stdout?: string | RegExp;
  readonly stderr?: string | RegExp;
  /** Typed after it; its stdout must match. */
  readonly after?: readonly [line: string, stdout: string | RegExp];
}

export const BUILDER = "TROUPE_TEAM=parser-build TROUPE_AGENT=builder";
export const REVIEWER = "TROUPE_TEAM=parser-build TROUPE_AGENT=reviewer";

/** Types a row's lines and answers what of it is not as it should be: nothing, when all is well. */
export async function complaints(world: CliWorld, row: Row): Promise<readonly string[]> {
  for (const before of row.given ?? []) await typeLine(world, before);
  const { exit, stdout, stderr } = await typeLine(world, row.line);
  const after = row.after && (await typeLine(world, row.after[0]));
  return [
    ...(exit === row.exit ? [] : [`exit ${exit}: ${stderr}`]),
    ...differs("stdout", stdout, row.stdout),
    ...differs("stderr", stderr, row.stderr),
    ...differs("after", after?.stdout ?? "", row.after?.[1]),
  ];
}

function differs(what: string, got: string, wanted: string | RegExp = ""): readonly string[] {
  const fits = typeof wanted === "string" ? got.includes(wanted) : wanted.test(got);
  return fits ? [] : [`${what} is not ${String(wanted)}: ${got}`];
}
