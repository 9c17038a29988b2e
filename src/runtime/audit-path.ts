import { statSync } from "node:fs";
import { join } from "node:path";
import type { MemberName } from "../protocol/names.ts";
import { teamPaths } from "../protocol/paths.ts";
import type { Team } from "../team/team.ts";
import { configFolder } from "./config-folder.ts";

/** Where a member's audit log stands. */
export function auditPath({ host, name }: Pick<Team, "host" | "name">, member: MemberName): string {
  return join(teamPaths(configFolder(host), name).agent(member), "audit.jsonl");
}

/** Bytes of the file; 0 when there is none. */
export function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
