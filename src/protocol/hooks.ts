import { z } from "zod";
import { Confinement } from "./confinement.ts";

/** Events that troupe fires. */
export const HOOK_EVENTS = [
  "SessionStart",
  "UserPromptSubmit",
  "UserPromptExpansion",
  "PreToolUse",
  "PermissionRequest",
  "PermissionDenied",
  "PostToolUse",
  "PostToolUseFailure",
  "PostToolBatch",
  "SubagentStart",
  "SubagentStop",
  "Stop",
  "StopFailure",
  "TaskCreated",
  "TaskCompleted",
  "TeammateIdle",
  "PreCompact",
  "PostCompact",
  "Notification",
  "SessionEnd",
  "WorktreeCreate",
  "WorktreeRemove",
] as const;
export type HookEvent = (typeof HOOK_EVENTS)[number];

/** Events of Claude Code that troupe knows and never fires. */
export const UNFIRED_HOOK_EVENTS: ReadonlySet<string> = new Set([
  "Setup",
  "MessageDisplay",
  "InstructionsLoaded",
  "ConfigChange",
  "CwdChanged",
  "DirectoryAdded",
  "FileChanged",
  "Elicitation",
  "ElicitationResult",
  "PreModelSwitch",
  "PostModelSwitch",
]);

const common = {
  /** One permission rule; tool events only. */
  if: z.string().min(1).optional(),
  /** Seconds. */
  timeout: z.number().positive().optional(),
  statusMessage: z.string().optional(),
  /** Hooks of skills only. */
  once: z.boolean().optional(),
  /** Ours: whatever goes wrong with this hook blocks. Claude Code ignores the key. */
  policy: z.boolean().optional(),
};

const schemas = {
  command: z.looseObject({
    type: z.literal("command"),
    ...common,
    command: z.string().min(1),
    /** Present: `command` is a program and is started without a shell. */
    args: z.array(z.string()).optional(),
    async: z.boolean().optional(),
    /** In the background; exit 2 wakes the model with what stands on stderr. */
    asyncRewake: z.boolean().optional(),
    shell: z.enum(["sh", "bash"]).optional(),
    sandbox: Confinement.optional(),
  }),
  http: z.looseObject({
    type: z.literal("http"),
    ...common,
    url: z.url({ protocol: /^https?$/ }),
    headers: z.record(z.string(), z.string()).optional(),
    allowedEnvVars: z.array(z.string()).optional(),
  }),
  mcp_tool: z.looseObject({
    type: z.literal("mcp_tool"),
    ...common,
    server: z.string().min(1),
    tool: z.string().min(1),
    input: z.record(z.string(), z.unknown()).optional(),
  }),
  prompt: z.looseObject({
    type: z.literal("prompt"),
    ...common,
    prompt: z.string().min(1),
    model: z.string().min(1).optional(),
    continueOnBlock: z.boolean().optional(),
  }),
  agent: z.looseObject({ type: z.literal("agent"), ...common, prompt: z.string().min(1) }),
};

/** One handler of a hook, as it stands in a settings file. Unknown keys are kept and ignored. */
export const HookHandler = z.discriminatedUnion("type", [
  schemas.command,
  schemas.http,
  schemas.mcp_tool,
  schemas.prompt,
  schemas.agent,
]);
export type HookHandler = z.infer<typeof HookHandler>;
export type HookHandlerOf<T extends HookHandler["type"]> = Extract<HookHandler, { type: T }>;

/** Handlers of one event for what the matcher matches. The handlers are parsed one by one. */
export const HookGroup = z.looseObject({ matcher: z.string().optional(), hooks: z.array(z.unknown()) });

const Behavior = z.enum(["allow", "deny"]);

/** `hookSpecificOutput` of all events: what an event does not know is ignored there. */
const Specific = z.looseObject({
  hookEventName: z.string(),
  additionalContext: z.string().optional(),
  // SessionStart
  initialUserMessage: z.string().optional(),
  // UserPromptSubmit
  suppressOriginalPrompt: z.boolean().optional(),
  // PreToolUse
  permissionDecision: z.enum(["allow", "deny", "ask", "defer"]).optional(),
  permissionDecisionReason: z.string().optional(),
  /** The whole input. */
  updatedInput: z.record(z.string(), z.unknown()).optional(),
  // PermissionRequest
  decision: z
    .looseObject({
      behavior: Behavior,
      updatedInput: z.record(z.string(), z.unknown()).optional(),
      updatedPermissions: z.array(z.unknown()).optional(),
      message: z.string().optional(),
      interrupt: z.boolean().optional(),
    })
    .optional(),
  // PermissionDenied
  retry: z.boolean().optional(),
  // PostToolUse
  updatedToolOutput: z.unknown().optional(),
  updatedMCPToolOutput: z.unknown().optional(),
  // WorktreeCreate over http
  worktreePath: z.string().optional(),
});

/** What a hook answers as JSON, on stdout or as the body of an HTTP response. */
export const HookAnswer = z.looseObject({
  /** false stops everything. */
  continue: z.boolean().optional(),
  stopReason: z.string().optional(),
  systemMessage: z.string().optional(),
  suppressOutput: z.boolean().optional(),
  terminalSequence: z.string().optional(),
  decision: z.enum(["approve", "block"]).optional(),
  reason: z.string().optional(),
  hookSpecificOutput: Specific.optional(),
});
export type HookAnswer = z.infer<typeof HookAnswer>;

/** What the model answers to a prompt hook. */
export const PromptVerdict = z.looseObject({
  ok: z.boolean(),
  reason: z.string().optional(),
  /** The condition can never be met. */
  impossible: z.boolean().optional(),
});
export type PromptVerdict = z.infer<typeof PromptVerdict>;
