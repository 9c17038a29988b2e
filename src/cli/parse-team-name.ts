import { TroupeError } from "../base/errors.ts";
import { TeamName } from "../protocol/names.ts";

/** A team's name from outside; `from` says where it was typed. Throws `bad_name`. */
export function parseTeamName(word: string, from: string): TeamName {
  const parsed = TeamName.safeParse(word);
  if (parsed.success) return parsed.data;
  throw new TroupeError(
    "bad_name",
    `${from}: "${word.slice(0, 80)}" is no name: ${parsed.error.issues[0]?.message ?? ""}`,
  );
}
