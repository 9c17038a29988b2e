import { join } from "node:path";
import type { SubagentMark } from "../agent/events.ts";
import type { SubagentHooks } from "../agent/subagent.ts";
import { folderOf } from "./hooks/who-asks.ts";
import type { MemberHooks } from "./member-hooks.ts";
import type { MemberJob } from "./member-job.ts";

/** What every payload of a subagent says of it. Source: hooks.md, "Team events, and who is asking". */
export function whoIsSubagent(
  { member }: Pick<MemberJob, "member">,
  { id, type }: SubagentMark,
): Readonly<Record<string, unknown>> {
  return { agent_id: id, agent_type: type, parent: member.name };
}

/** SubagentStart and SubagentStop of the settings' hooks. */
export function subagentHooks(
  job: Pick<MemberJob, "team" | "member">,
  { asker, report }: Pick<MemberHooks, "asker" | "report">,
): SubagentHooks {
  const { team, member } = job;
  return {
    started: async (sub, signal) => {
      if (!asker.has("SubagentStart")) return [];
      const said = await asker.fire("SubagentStart", whoIsSubagent(job, sub), signal);
      report(said);
      return said.context;
    },
    stopping: async (sub, { message, isAgain }, signal) => {
      if (!asker.has("SubagentStop")) return undefined;
      const payload = {
        ...whoIsSubagent(job, sub),
        stop_hook_active: isAgain,
        agent_transcript_path: join(folderOf(team, member.name), `sub-${sub.id}.jsonl`),
        last_assistant_message: message,
      };
      const said = await asker.fire("SubagentStop", payload, signal);
      report(said);
      if (said.stop !== undefined) return undefined;
      const texts = [...(said.block === undefined ? [] : [said.block]), ...said.context];
      return texts.length === 0 ? undefined : texts.join("\n");
    },
  };
}
