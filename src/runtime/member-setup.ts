import type { LoopDeps } from "../agent/loop-deps.ts";
import { decide, hasTool, type Permissions } from "./gate.ts";
import type { MemberJob } from "./member-job.ts";
import { memberTools } from "./member-tools.ts";
import { openModel } from "./model-source.ts";
import { systemPrompt } from "./prompt.ts";

/** What stays the same in every request of a life: model, system text, tools, and who may call them. */
export function setUp(job: MemberJob): Pick<LoopDeps, "model" | "system" | "tools" | "gate"> {
  const { team, facts, member, source } = job;
  const { definition, lead } = member;
  const permissions: Permissions = { dir: definition.dir ?? facts.dir, lead, tools: definition.tools };
  const tools = memberTools(job, permissions.dir).filter(({ name }) => hasTool(permissions, name));
  return {
    model: openModel(team.host, definition.model, source),
    system: systemPrompt(facts, member, permissions.dir),
    tools: () => tools,
    gate: (call) => Promise.resolve(decide(permissions, call)),
  };
}
