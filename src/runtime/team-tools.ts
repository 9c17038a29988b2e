import type { Tool } from "../agent/tool.ts";
import type { TeamToolDeps } from "./team-tools-caller.ts";
import { taskEditTools } from "./team-tools-edit.ts";
import { mailTools } from "./team-tools-mail.ts";
import { memberTools } from "./team-tools-members.ts";
import { taskTools } from "./team-tools-tasks.ts";

/** How a member's model works with its team. Every change goes through `team/`; a refusal is an error result. */
export function teamTools(deps: TeamToolDeps): readonly Tool[] {
  return [...mailTools(deps), ...taskTools(deps), ...taskEditTools(deps), ...memberTools(deps)];
}
