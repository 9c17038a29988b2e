import { z } from "zod";
import { defineTool, type Tool, type ToolResult } from "../agent/tool.ts";
import type { MemberDefinition } from "../protocol/entries.ts";
import { MemberName, Role } from "../protocol/names.ts";
import { memberNamed, presentMembers } from "../team/derive.ts";
import { joinMember } from "../team/members.ts";
import type { Member } from "../team/state.ts";
import { grants } from "./gate.ts";
import { given } from "./given.ts";
import { numbers } from "./inputs.ts";
import { type RoleDefinition, type RoleFill, roleDefinition } from "./role-definition.ts";
import { completeHooked, failed, ownTasks, refused, type TeamToolDeps } from "./team-tools-caller.ts";

/** A team that grows by itself stops here. Source: faults.md K10. */
const MOST_MEMBERS = 16;

export function memberTools(deps: TeamToolDeps): readonly Tool[] {
  return [
    listMembers(deps),
    ...(deps.lead ? [spawnTeammate(deps)] : []),
    deps.lead ? leadReport(deps) : taskReport(deps),
  ];
}

function listMembers({ team }: TeamToolDeps): Tool {
  return defineTool({
    name: "ListMembers",
    description: "Lists who is in the team, with role and what each is doing.",
    effect: "read",
    input: z.object({}),
    run: async () => {
      const state = await team.readOn();
      const lines = await Promise.all(
        presentMembers(state).map(async (member) => {
          const role = member.role === undefined ? "" : `, role ${member.role}`;
          return `${member.name}${member.lead ? " (lead)" : ""}${role}: ${await doing(team, member)}`;
        }),
      );
      return lines.join("\n");
    },
  });
}

async function doing(team: TeamToolDeps["team"], { name, life, backend }: Member): Promise<string> {
  const owned = team.index.owned(name);
  const task = owned.length === 0 ? "" : ` on ${numbers(owned)}`;
  if (backend === "hand") return `joined by hand${task}`;
  if (life === undefined) return "not started";
  if (life.ended !== undefined) return life.ended.how === "died" ? "died, is started again" : life.ended.how;
  const run = await team.store.presence.read(name);
  return `${run?.instance === life.instance ? run.status : "starting"}${task}`;
}

function spawnTeammate(deps: TeamToolDeps): Tool {
  return defineTool({
    name: "SpawnTeammate",
    description:
      "Adds a teammate: a new process with its own conversation, which claims tasks by itself. It has the tools you name, at most your own.",
    effect: "write",
    input: z.object({
      name: MemberName,
      role: Role.exactOptional().describe("Tasks with this role are claimed by it only."),
      prompt: z.string().max(65_536).exactOptional().describe("What it has to know for all of its work."),
      model: z.string().min(1).max(200).exactOptional().describe("Model id or alias; yours unless given."),
      tools: z
        .array(z.string().max(200))
        .max(200)
        .exactOptional()
        .describe("Tools besides the team tools: Read, Write, Edit, Glob, Grep, Bash. Yours unless given."),
    }),
    run: ({ name, role, ...wanted }) => spawn(deps, { name, role, wanted }),
  });
}

interface Spawn {
  readonly name: MemberName;
  readonly role: Role | undefined;
  readonly wanted: Pick<MemberDefinition, "prompt" | "model" | "tools">;
}

async function spawn(deps: TeamToolDeps, { name, role, wanted }: Spawn): Promise<ToolResult | string> {
  const { team, me } = deps;
  const state = await team.readOn();
  if (presentMembers(state).length >= MOST_MEMBERS)
    return failed(`the team has ${MOST_MEMBERS} members, which is the most: ${name} was not added`);
  // L20: more rights do not come by delegation.
  const wider = (wanted.tools ?? []).filter((tool) => !grants(deps.tools, tool));
  if (wider.length > 0)
    return failed(`${name} was not added: you do not have ${wider.join(", ")} yourself, so it cannot either`);
  const own = memberNamed(state, me)?.definition ?? {};
  const found = await roleFor(deps, own, role);
  if (found.kind === "broken")
    return failed(`${name} was not added: the definition of its role is broken. ${found.why}`);
  const joined = await joinMember(team, me, {
    name,
    ...given({ role }),
    lead: false,
    backend: "child",
    definition: { ...inherited(own), ...filled(deps, found), ...wanted },
  });
  return joined.ok ? `${name} has joined and is being started` : refused(joined.reason);
}

function roleFor(
  { team }: TeamToolDeps,
  { dir = team.state().team?.dir ?? team.host.cwd, model }: MemberDefinition,
  role: Role | undefined,
): Promise<RoleDefinition> {
  return role === undefined ? Promise.resolve({ kind: "none" }) : roleDefinition(team.host, dir, role, model);
}

/** What the role gives, as far as the lead has it itself. */
function filled({ tools: own }: TeamToolDeps, found: RoleDefinition): RoleFill {
  if (found.kind !== "found") return {};
  const { tools, ...rest } = found.fill;
  return { ...rest, ...given({ tools: tools?.filter((tool) => grants(own, tool)) }) };
}

/** L20: who may not write before its plan is approved gets nobody who may. */
function inherited({ model, tools, dir, plan, permissionMode }: MemberDefinition): MemberDefinition {
  return given({ model, tools, dir, plan, permissionMode });
}

function leadReport({ team, me }: TeamToolDeps): Tool {
  return defineTool({
    name: "ReportDone",
    description:
      "Tells the user how the goal stands at the end: what was made, where it is, what is left. Ends the team's work; refused while tasks are open.",
    effect: "write",
    input: z.object({ text: z.string().trim().min(1).max(65_536) }),
    run: async ({ text }) => {
      const reported = await team.commit({ op: "report", by: me, text });
      return reported.ok ? "reported to the user; the team's work is done" : refused(reported.reason);
    },
  });
}

function taskReport(deps: TeamToolDeps): Tool {
  return defineTool({
    name: "ReportDone",
    description: "Completes the one task that you own, with a result for those who come after you.",
    effect: "write",
    input: z.object({ text: z.string().trim().min(1).max(65_536) }),
    run: async ({ text }, signal) => {
      await deps.team.readOn();
      const [task, ...others] = ownTasks(deps);
      if (task === undefined) return failed("you own no task: nothing was reported");
      if (others.length > 0)
        return failed(
          `you own ${numbers([task, ...others].map(({ id }) => id))}: complete each with TaskUpdate`,
        );
      const done = await completeHooked(deps, task.id, text, signal);
      return done.ok ? `#${task.id} ${done.task.status}` : refused(done.reason);
    },
  });
}
