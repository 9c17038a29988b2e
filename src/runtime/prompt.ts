import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Member, TeamFacts } from "../team/state.ts";

/**
 * The constant text in front of every request of a member, below 1,200 tokens without the member's own prompt. It
 * depends on nothing that changes during a life, so that the server can cache it.
 */
export function systemPrompt(team: TeamFacts, member: Member, dir: string): string {
  const values: Readonly<Record<string, string>> = {
    who: member.lead ? `${member.name}, the lead of` : `${member.name}, a teammate in`,
    team: team.name,
    role: member.role === undefined ? "" : `\nYour role is ${member.role}.`,
    dir,
    rules: `${read(member.lead ? "prompt-lead.txt" : "prompt-teammate.txt")}${member.definition.plan === true ? read("prompt-plan.txt") : ""}`,
    prompt:
      member.definition.prompt === undefined
        ? ""
        : `\n\nWhat this team wants from you in particular:\n${member.definition.prompt.trim()}`,
  };
  return filled("prompt.txt", values);
}

/** The same for a run of a subagent of `me`, whose definition says `prompt`. */
export function subagentPrompt(team: TeamFacts["name"], me: string, dir: string, prompt: string): string {
  return filled("subagent-prompt.txt", { prompt, me, team, dir });
}

/** In one pass: a prompt that holds {{dir}} stays as it was written. */
function filled(name: string, values: Readonly<Record<string, string>>): string {
  return read(name)
    .trim()
    .replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => values[key] ?? "");
}

function read(name: string): string {
  return readFileSync(join(import.meta.dirname, name), "utf8");
}
