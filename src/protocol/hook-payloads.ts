import { z } from "zod";
import type { HookEvent } from "./hooks.ts";

const text = z.string();
const input = z.record(z.string(), z.unknown());

/** In every payload, besides the event's name. Those below `team` are ours: Claude Code's own payloads lack them. */
const common = {
  session_id: text,
  transcript_path: text,
  cwd: text,
  prompt_id: text.optional(),
  permission_mode: z.enum(["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"]).optional(),
  effort: z.looseObject({ level: text }).optional(),
  /** Of a subagent. */
  agent_id: text.optional(),
  agent_type: text.optional(),
  team: text.optional(),
  agent: text.optional(),
  /** null for the lead and the person. */
  parent: text.nullish(),
  role: text.optional(),
  current_task: text.optional(),
};

function payload<E extends HookEvent, S extends z.ZodRawShape>(event: E, fields: S) {
  return z.looseObject({ ...common, hook_event_name: z.literal(event), ...fields });
}

const tool = { tool_name: text, tool_input: input };
const call = { ...tool, tool_use_id: text };
const task = {
  task_id: text,
  task_subject: text,
  task_description: text.optional(),
  teammate_name: text.optional(),
  team_name: text,
};
const stop = {
  stop_hook_active: z.boolean(),
  last_assistant_message: text,
  background_tasks: z.array(z.unknown()),
  session_crons: z.array(z.unknown()),
};
const compact = { trigger: z.enum(["manual", "auto"]) };

/** What hooks are told, by event. Source: hooks.md, with samples of Claude Code 2.1.328. */
export const HookPayload = z.discriminatedUnion("hook_event_name", [
  payload("SessionStart", {
    source: z.enum(["startup", "resume", "clear", "compact", "fork"]),
    model: text.optional(),
  }),
  payload("UserPromptSubmit", {
    prompt: text,
    source: z.enum(["user", "message", "task"]).optional(),
    from: text.optional(),
  }),
  payload("PreToolUse", call),
  payload("PermissionRequest", { ...tool, permission_suggestions: z.array(z.unknown()) }),
  payload("PermissionDenied", { ...call, reason: text }),
  payload("PostToolUse", { ...call, tool_response: z.unknown(), duration_ms: z.number() }),
  payload("PostToolUseFailure", { ...call, error: text, is_interrupt: z.boolean(), duration_ms: z.number() }),
  payload("PostToolBatch", {
    tool_calls: z.array(z.looseObject({ ...call, tool_response: z.unknown() })),
  }),
  payload("SubagentStart", { agent_id: text, agent_type: text }),
  payload("SubagentStop", { ...stop, agent_id: text, agent_type: text, agent_transcript_path: text }),
  payload("Stop", stop),
  payload("StopFailure", { error: text, error_details: text, last_assistant_message: text }),
  payload("TaskCreated", task),
  payload("TaskCompleted", { ...task, trigger: z.enum(["update", "turn_end"]) }),
  payload("TeammateIdle", { teammate_name: text, team_name: text }),
  payload("PreCompact", { ...compact, custom_instructions: text }),
  payload("PostCompact", { ...compact, compact_summary: text }),
  payload("Notification", { message: text, title: text.optional(), notification_type: text }),
  payload("SessionEnd", { reason: text }),
]);
export type HookPayload = z.infer<typeof HookPayload>;
