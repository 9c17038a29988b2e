import type { Behavior } from "../../agent/gate/behavior.ts";
import type { AfterReply, EndedCall } from "../../agent/loop-deps.ts";
import type { ToolCall } from "../../agent/tool.ts";
import { isRecord } from "../../base/is-record.ts";
import type { HookOutcome } from "./merge.ts";
import type { Hooks } from "./open-hooks.ts";

/** What PreToolUse hooks say of a call. `input`: instead of the model's, whole. */
export interface HookVerdict {
  readonly behavior: Behavior | undefined;
  readonly reason: string | undefined;
  readonly input: unknown;
  /** The handlers that refused, for the audit log. */
  readonly by: readonly string[];
}

/** What PermissionRequest hooks answer instead of a person; undefined: they leave it to the person. */
export interface HookPermission {
  readonly behavior: "allow" | "deny";
  readonly reason: string | undefined;
  readonly input: unknown;
  readonly updatedPermissions: readonly unknown[];
  /** The turn is to end. */
  readonly interrupts: boolean;
}

/** The hooks around the tool calls of one conversation. None of its functions rejects. */
export interface CallHooks {
  readonly before: (call: ToolCall, signal: AbortSignal) => Promise<HookVerdict>;
  /** Asked where a person would be asked. `suggestions`: permission updates that "always" would make. */
  readonly request: (
    call: ToolCall,
    suggestions: readonly unknown[],
    signal: AbortSignal,
  ) => Promise<HookPermission | undefined>;
  /** True: the model may be told to try again. */
  readonly denied: (call: ToolCall, reason: string, signal: AbortSignal) => Promise<boolean>;
  readonly afterCall: (ended: EndedCall, signal: AbortSignal) => Promise<string>;
  readonly afterReply: (ended: readonly EndedCall[], signal: AbortSignal) => Promise<AfterReply>;
}

export interface CallHooksDeps {
  readonly hooks: Pick<Hooks, "has" | "fire">;
  /** Hears what hooks say to people. */
  readonly report: (outcome: HookOutcome) => void;
}

/** `who`: fields that every payload has besides the usual ones; a subagent's `agent_id`, `agent_type` and `parent`. */
export function callHooks(
  { hooks, report }: CallHooksDeps,
  who: Readonly<Record<string, unknown>> = {},
): CallHooks {
  /** What hooks said in front of calls, until those have ended. */
  const notes = new Map<string, readonly string[]>();
  let stop: string | undefined;

  const fire = async (
    event: Parameters<Hooks["fire"]>[0],
    payload: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<HookOutcome> => {
    const outcome = await hooks.fire(event, { ...who, ...payload }, signal);
    report(outcome);
    stop ??= outcome.stop;
    return outcome;
  };
  const before: CallHooks["before"] = async (call, signal) => {
    const said = await fire("PreToolUse", { ...toolFields(call), tool_use_id: call.id }, signal);
    if (said.context.length > 0) notes.set(call.id, said.context);
    const { permission, permissionReason, block, updatedInput: input, blockers: by } = said;
    // Where everything stops, this call is not made either.
    if (said.stop !== undefined) return { behavior: "deny", reason: said.stop, input: undefined, by };
    return { behavior: permission, reason: block ?? permissionReason, input, by };
  };
  return {
    before,
    request: async (call, permission_suggestions, signal) =>
      permissionIn(await fire("PermissionRequest", { ...toolFields(call), permission_suggestions }, signal)),
    denied: async (call, reason, signal) => {
      const payload = { ...toolFields(call), tool_use_id: call.id, reason };
      return (await fire("PermissionDenied", payload, signal)).retries;
    },
    afterCall: async (ended, signal) => {
      const earlier = notes.get(ended.call.id) ?? [];
      notes.delete(ended.call.id);
      const event = ended.isError ? "PostToolUseFailure" : "PostToolUse";
      const said = await fire(event, endedFields(ended), signal);
      const text = said.updatedOutput === undefined ? ended.text : textOf(said.updatedOutput);
      const more = [...earlier, ...(said.block === undefined ? [] : [said.block]), ...said.context];
      return more.length === 0 ? text : `${text}\n\nHooks say:\n${more.join("\n")}`;
    },
    afterReply: async (all, signal) => {
      const ended = all.filter(({ isDenied }) => isDenied !== true);
      // Contexts of calls that were not made are of no use to anybody.
      notes.clear();
      const said =
        ended.length === 0
          ? undefined
          : await fire("PostToolBatch", { tool_calls: ended.map(batchFields) }, signal);
      const why = stop ?? said?.block;
      stop = undefined;
      const texts = said?.context ?? [];
      return {
        notes: texts.length === 0 ? [] : [`Hooks say:\n${texts.join("\n")}`],
        ...(why === undefined ? {} : { stop: why }),
      };
    },
  };
}

function permissionIn(said: HookOutcome): HookPermission | undefined {
  const { permission, permissionReason: reason, updatedInput: input, updatedPermissions, interrupts } = said;
  if (permission === undefined || permission === "ask") return undefined;
  return { behavior: permission, reason, input, updatedPermissions, interrupts };
}

function batchFields(ended: EndedCall): Readonly<Record<string, unknown>> {
  return { ...toolFields(ended.call), tool_use_id: ended.call.id, tool_response: responseOf(ended) };
}

function toolFields({ name, input }: Omit<ToolCall, "id">): Readonly<Record<string, unknown>> {
  return { tool_name: name, tool_input: input };
}

function endedFields(ended: EndedCall): Readonly<Record<string, unknown>> {
  const { call, text, isError, ms } = ended;
  return {
    ...toolFields(call),
    tool_use_id: call.id,
    ...(isError ? { error: text, is_interrupt: false } : { tool_response: responseOf(ended) }),
    duration_ms: ms,
  };
}

/** The fields that hooks of Claude Code look for; the text is all there is. */
function responseOf({ call, text }: EndedCall): Readonly<Record<string, unknown>> {
  const path = isRecord(call.input) ? call.input["file_path"] : undefined;
  if (call.name === "Bash") return { stdout: text, stderr: "", interrupted: false, isImage: false };
  if (call.name === "Write" || call.name === "Edit") return { filePath: path, success: true, text };
  return { text };
}

/** What a hook put in the place of a response, as the model reads it. */
function textOf(output: unknown): string {
  if (typeof output === "string") return output;
  if (isRecord(output))
    for (const key of ["text", "stdout", "content"]) {
      const text = output[key];
      if (typeof text === "string") return text;
    }
  return JSON.stringify(output);
}
