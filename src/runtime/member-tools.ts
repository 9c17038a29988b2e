import type { Tool } from "../agent/tool.ts";
import { bashTool } from "../agent/tools/bash.ts";
import { editTool } from "../agent/tools/edit.ts";
import { globTool } from "../agent/tools/glob.ts";
import { grepTool } from "../agent/tools/grep.ts";
import { readTool } from "../agent/tools/read.ts";
import { createSeenFiles } from "../agent/tools/seen-files.ts";
import { writeTool } from "../agent/tools/write.ts";
import { shellEnv } from "./child-env.ts";
import type { MemberJob } from "./member-job.ts";
import { teamTools } from "./team-tools.ts";

/** Every tool there is for a member, always in the same order: the server caches them. */
export function memberTools({ team, member }: MemberJob, dir: string): readonly Tool[] {
  const { name: me, lead, definition } = member;
  const seen = createSeenFiles();
  return [
    bashTool({ dir, env: shellEnv(team.host.env) }),
    readTool({ dir, seen }),
    writeTool({ dir, seen }),
    editTool({ dir, seen }),
    globTool({ dir }),
    grepTool({ dir }),
    ...teamTools({ team, me, lead, tools: definition.tools }),
  ];
}
