import type { z } from "zod";
import { TroupeError } from "../base/errors.ts";
import { knownKeys } from "../protocol/team-file.ts";

/** `bad_team_file` for the file at `path`: `problem` is a sentence that names the field, or what the schema found. */
export function teamFileError(
  path: string,
  problem: string | z.ZodError,
  more: { readonly hint?: string; readonly cause?: unknown } = {},
): TroupeError {
  if (typeof problem === "string")
    return new TroupeError("bad_team_file", `${path}: ${problem}`, { ...more, details: { path } });
  const [issue] = problem.issues;
  const at = issue?.path ?? [];
  if (issue?.code === "unrecognized_keys") {
    const key = issue.keys[0] ?? "";
    const known = knownKeys(at);
    const near = nearest(key, known);
    const field = fieldName([...at, key]);
    return new TroupeError("bad_team_file", `${path}: ${field}: there is no such field`, {
      hint: `${near === undefined ? "" : `did you mean ${near}? `}the fields here: ${known.join(", ")}`,
      cause: problem,
      details: { path, field, nearest: near ?? null },
    });
  }
  const field = fieldName(at);
  return new TroupeError("bad_team_file", `${path}: ${field}: ${issue?.message ?? "wrong"}`, {
    cause: problem,
    details: { path, field },
  });
}

/** `members[1].model`; the whole file is "the file". */
function fieldName(path: readonly PropertyKey[]): string {
  const name = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return name === "" ? "the file" : name.replace(/^\./, "");
}

/** The known word with the fewest edits, when they are few enough to be a slip. */
function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, edits: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= Math.max(2, Math.floor(candidate.length / 2)))
    .toSorted((one, other) => one.edits - other.edits);
  return best?.candidate;
}

/** Levenshtein's distance. */
function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [line, letter] of one.split("").entries()) {
    let diagonal = line;
    row = [line + 1, ...row.slice(1)];
    for (let column = 1; column <= other.length; column++) {
      const above = row[column] ?? 0;
      const left = row[column - 1] ?? 0;
      row[column] = Math.min(above + 1, left + 1, diagonal + (letter === other[column - 1] ? 0 : 1));
      diagonal = above;
    }
  }
  return row[other.length] ?? 0;
}
