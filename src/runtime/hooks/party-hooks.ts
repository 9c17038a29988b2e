import { createRedactor, secretsIn } from "../../base/redact.ts";
import type { Party } from "../../protocol/names.ts";
import { memberNamed } from "../../team/derive.ts";
import type { Team } from "../../team/team.ts";
import { openAskerHooks } from "./asker-hooks.ts";
import { type TaskHooks, taskHooks } from "./task-hooks.ts";

/**
 * The task hooks of the person, or of a member whose shell this is. `say` hears what they have to say to people. What
 * they start in the background is waited for by the process's end. Throws `policy` when managed hooks cannot be read.
 */
export async function openPartyHooks(team: Team, by: Party, say: (text: string) => void): Promise<TaskHooks> {
  const dir = by === "user" ? undefined : memberNamed(team.state(), by)?.definition.dir;
  const hooks = await openAskerHooks({
    team,
    agent: by,
    dir: dir ?? team.state().team?.dir ?? team.host.cwd,
    redactor: createRedactor(secretsIn(team.host.env)),
    onTrouble: (error) => say(error instanceof Error ? error.message : String(error)),
  });
  return taskHooks({
    hooks,
    team,
    by,
    report: ({ messages, problems }) => [...problems, ...messages].forEach(say),
    // Whoever works by hand is stopped by nobody: the refusal says why.
    onStop: () => undefined,
  });
}
