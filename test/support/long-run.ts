import { z } from "zod";

const Given = z.record(z.string(), z.string());

/**
 * What the command line asked of a long run, each option with its default: `longOptions({ kills: 10_000, seed: 0 })`.
 * Numbers stay numbers. Throws on an option that has no default here, and on a number that is none.
 */
export function longOptions<T extends Readonly<Record<string, number | string | boolean>>>(defaults: T): T {
  const given = Given.parse(JSON.parse(process.env["TROUPE_LONG"] ?? "{}"));
  const unknown = Object.keys(given).find((name) => !(name in defaults));
  if (unknown !== undefined) {
    throw new Error(`no option --${unknown}; there are --${Object.keys(defaults).join(", --")}`);
  }
  const chosen: Record<string, number | string | boolean> = {};
  for (const [name, value] of Object.entries(defaults)) chosen[name] = read(name, value, given[name]);
  return { ...defaults, ...chosen };
}

function read(
  name: string,
  byDefault: number | string | boolean,
  given: string | undefined,
): number | string | boolean {
  if (given === undefined) return byDefault;
  if (typeof byDefault === "boolean") return given === "true";
  if (typeof byDefault === "string") return given;
  const number = Number(given);
  if (!Number.isFinite(number)) throw new Error(`--${name} must be a number, not ${given}`);
  return number;
}

/** One line of JSON on stdout: the result of a long run as it goes into docs/reliability.md. */
export function printResult(run: string, result: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`RESULT ${JSON.stringify({ run, date: new Date().toISOString(), ...result })}\n`);
}
