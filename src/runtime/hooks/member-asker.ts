import type { MemberJob } from "../member-job.ts";
import { modeOf } from "../plan-mode.ts";
import type { Asker } from "./asker-hooks.ts";
import type { HookLife } from "./hook-life.ts";
import { askModelOnce } from "./prompt-model.ts";

/** A member, as its hooks have it. */
export function memberAsker(job: MemberJob, life: HookLife): Omit<Asker, "onRewake"> {
  const { team, member, facts, instance, redactor, onTrouble } = job;
  return {
    team,
    agent: member.name,
    dir: member.definition.dir ?? facts.dir,
    instance,
    redactor,
    permissionMode: (usual) => life.mode?.() ?? modeOf(team, member.name, usual),
    askModel: askModelOnce(job, life),
    onTrouble,
  };
}
