import type { CompactionCause } from "../agent/events.ts";
import type { Compaction } from "../agent/loop-deps.ts";
import { briefText } from "./brief.ts";
import type { SessionHooks } from "./hooks/session-hooks.ts";
import { memoryText } from "./inputs.ts";
import { type MemberJob, permissionsOf } from "./member-job.ts";
import { readMemoryFiles } from "./memory-files.ts";

export interface MemberCompaction extends Compaction {
  /** Before the next model call. */
  readonly want: () => void;
}

export function openCompaction(
  job: MemberJob,
  { beforeCompact, afterCompact }: Pick<SessionHooks, "beforeCompact" | "afterCompact">,
): MemberCompaction {
  const { team, member } = job;
  const { dir } = permissionsOf(job);
  let isWanted = false;
  return {
    want: () => {
      isWanted = true;
    },
    takeRequest: () => {
      const wasWanted = isWanted;
      isWanted = false;
      return wasWanted;
    },
    brief: () => {
      const files = readMemoryFiles(team.host, dir);
      const standing = files.length === 0 ? [] : [memoryText(files, team.host.newId())];
      // The fold at hand will do: it is read on before each model call.
      return Promise.resolve([...standing, briefText(team.state(), member.name)].join("\n\n"));
    },
    before: (why, signal) => beforeCompact(triggerOf(why), "", signal),
    after: (why, summary, signal) => afterCompact(triggerOf(why), summary, signal),
  };
}

function triggerOf(why: CompactionCause): "manual" | "auto" {
  return why === "asked" ? "manual" : "auto";
}
