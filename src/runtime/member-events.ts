import { AGENT_TOOL } from "../agent/events.ts";
import type { Tool } from "../agent/tool.ts";
import type { EventLog } from "./event-log.ts";
import type { MemberJob } from "./member-job.ts";

/** A member's events, with its limits listening to what it does beside its talk with others. */
export function memberEvents(
  { events, limits }: Pick<MemberJob, "events" | "limits">,
  tools: () => readonly Tool[],
): EventLog {
  return {
    ...events,
    emit: (event, task, sub) => {
      events.emit(event, task, sub);
      if (sub !== undefined) return;
      // A turn that broke off is gone on with.
      if (event.type === "turn_ended" && event.reason === "done") limits.rested();
      if (event.type !== "tool_ended" || event.isError) return;
      const tool = tools().find(({ name }) => name === event.name);
      // What its subagents do counts as work, whatever it is.
      if (tool) limits.worked({ name: tool.name, effect: tool.name === AGENT_TOOL ? "write" : tool.effect });
    },
  };
}
