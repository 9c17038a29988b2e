import type { Tool } from "../agent/tool.ts";
import { fileAndShellTools } from "../agent/toolset.ts";
import type { MemberHooks } from "./member-hooks.ts";
import type { MemberJob } from "./member-job.ts";
import type { MemberShell } from "./member-shell.ts";
import { type Planning, planTools } from "./plan-tools.ts";
import { teamTools } from "./team-tools.ts";
import { openVerify, type VerifyDeps } from "./verify.ts";

/** Every tool there is for a member, always in the same order: the server caches them. */
export function memberTools(
  { team, member, limits }: MemberJob,
  { toolset, checkReach }: MemberShell,
  life: Planning & { readonly hooks: MemberHooks; readonly gate: VerifyDeps["mayRun"] },
): readonly Tool[] {
  const { name: me, lead, definition } = member;
  return [
    ...fileAndShellTools(toolset),
    ...teamTools({
      team,
      me,
      lead,
      tools: definition.tools,
      limits,
      hooks: life.hooks.tasks,
      verify: openVerify({ team, me, reach: checkReach, mayRun: life.gate }),
    }),
    ...planTools({ team, member }, life),
  ];
}
