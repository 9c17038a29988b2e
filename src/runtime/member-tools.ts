import type { Tool } from "../agent/tool.ts";
import { bashTool } from "../agent/tools/bash.ts";
import { editTool } from "../agent/tools/edit.ts";
import { globTool } from "../agent/tools/glob.ts";
import { grepTool } from "../agent/tools/grep.ts";
import { readTool } from "../agent/tools/read.ts";
import { createSeenFiles } from "../agent/tools/seen-files.ts";
import { writeTool } from "../agent/tools/write.ts";
import type { Member } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { shellEnv } from "./child-env.ts";
import type { Permissions } from "./gate.ts";
import { teamTools } from "./team-tools.ts";

/** Every tool there is for a member, always in the same order: the server caches them. */
export function memberTools(
  team: Team,
  { name, lead, definition }: Member,
  { dir }: Permissions,
): readonly Tool[] {
  const seen = createSeenFiles();
  return [
    bashTool({ dir, env: shellEnv(team.host.env) }),
    readTool({ dir, seen }),
    writeTool({ dir, seen }),
    editTool({ dir, seen }),
    globTool({ dir }),
    grepTool({ dir }),
    ...teamTools({ team, me: name, lead, tools: definition.tools }),
  ];
}
