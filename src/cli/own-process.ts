import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { InstanceId, type TeamName } from "../protocol/names.ts";
import { parseTeamName } from "./parse-team-name.ts";

/** The team this process of a team was started for. Throws `usage` when a person started it. */
export function ownTeam({ env }: Host): TeamName {
  return parseTeamName(needed(env["TROUPE_TEAM"], "TROUPE_TEAM"), "TROUPE_TEAM");
}

/** The life that this process is. */
export function ownInstance({ env }: Host): InstanceId {
  const parsed = InstanceId.safeParse(needed(env["TROUPE_INSTANCE"], "TROUPE_INSTANCE"));
  if (parsed.success) return parsed.data;
  throw new TroupeError("usage", `TROUPE_INSTANCE: ${parsed.error.issues[0]?.message ?? "wrong"}`);
}

function needed(value: string | undefined, name: string): string {
  if (value !== undefined && value !== "") return value;
  throw new TroupeError("usage", `${name} is not set: troupe itself starts this command`, {
    hint: "troupe up",
  });
}
