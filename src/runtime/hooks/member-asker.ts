import type { PermissionMode } from "../../protocol/permissions.ts";
import type { MemberJob } from "../member-job.ts";
import { modeOf } from "../plan-mode.ts";
import type { Asker } from "./asker-hooks.ts";
import type { EnvFile } from "./env-file.ts";
import { askModelOnce, type PromptLife } from "./prompt-model.ts";

/** What of a life is put together after its hooks. */
export interface HookLife extends PromptLife {
  /** The mode in which the member works, as its gate has it. */
  mode?: () => PermissionMode;
  /** Adds to the environment of the member's commands. */
  addEnv?: (read: EnvFile["read"]) => Promise<void>;
}

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
