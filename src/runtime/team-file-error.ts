import type { z } from "zod";
import { TroupeError } from "../base/errors.ts";
import { knownKeys } from "../protocol/team-file.ts";
import { nearestNames } from "../team/derive.ts";

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
    const [near] = nearestNames(key, known);
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
