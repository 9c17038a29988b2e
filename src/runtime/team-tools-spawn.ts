import { z } from "zod";
import { defineTool, type Tool, type ToolResult } from "../agent/tool.ts";
import type { MemberDefinition } from "../protocol/entries.ts";
import { MemberName, Role } from "../protocol/names.ts";
import { memberNamed, presentMembers } from "../team/derive.ts";
import { joinMember } from "../team/members.ts";
import { forkOf } from "./fork-transcript.ts";
import { grants } from "./gate.ts";
import { given } from "./given.ts";
import { type RoleDefinition, type RoleFill, roleDefinition } from "./role-definition.ts";
import { failed, refused, type TeamToolDeps } from "./team-tools-caller.ts";

/** A team that grows by itself stops here. Source: faults.md K10. */
const MOST_MEMBERS = 16;

export function spawnTeammate(deps: TeamToolDeps): Tool {
  return defineTool({
    name: "SpawnTeammate",
    description:
      "Adds a teammate: a new process with its own conversation, which claims tasks by itself. It has the tools you name, at most your own.",
    effect: "write",
    input: z.object({
      name: MemberName,
      role: Role.exactOptional().describe("Tasks with this role are claimed by it only."),
      prompt: z.string().max(65_536).exactOptional().describe("What it has to know for all of its work."),
      fork: z.literal(true).exactOptional().describe("It begins with a copy of your conversation so far."),
      model: z.string().min(1).max(200).exactOptional().describe("Model id or alias; yours unless given."),
      tools: z
        .array(z.string().max(200))
        .max(200)
        .exactOptional()
        .describe("Tools besides the team tools: Read, Write, Edit, Glob, Grep, Bash. Yours unless given."),
    }),
    run: ({ name, role, fork, ...wanted }) => spawn(deps, { name, role, isFork: fork === true, wanted }),
  });
}

interface Spawn {
  readonly name: MemberName;
  readonly role: Role | undefined;
  readonly isFork: boolean;
  readonly wanted: Pick<MemberDefinition, "prompt" | "model" | "tools">;
}

async function spawn(
  deps: TeamToolDeps,
  { name, role, isFork, wanted }: Spawn,
): Promise<ToolResult | string> {
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
  const fork = isFork ? await forkOf(team, me) : undefined;
  const joined = await joinMember(team, me, {
    name,
    ...given({ role }),
    lead: false,
    backend: "child",
    definition: { ...inherited(own), ...filled(deps, found), ...wanted, ...given({ fork }) },
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
