import type { HookEvent } from "../../protocol/hooks.ts";

/** What exit 2 and a blocking answer do: see docs/hooks.md. */
export type OnExit2 =
  /** The thing is not done, or goes on (Stop, SubagentStop, TeammateIdle); the text says why. */
  | "blocks"
  /** The text goes to the model beside everything else. */
  | "tells_model"
  | "tells_user"
  | "ignored";

export interface EventFacts {
  /** The field of the payload that matchers look at; absent: they are ignored. */
  readonly matchOn?: string;
  readonly onExit2: OnExit2;
  /** Whether a policy hook that fails blocks. */
  readonly isGuarded: boolean;
  /** Plain text on stdout is context for the model. */
  readonly takesText?: true;
  /** `additionalContext` reaches the model. */
  readonly takesContext?: true;
  /** The handler's default timeout in seconds, when it differs from that of its type. */
  readonly timeoutSeconds?: number;
  readonly ignoresContinue?: true;
}

const tool = { matchOn: "tool_name" } as const;

export const EVENT_FACTS: Readonly<Record<HookEvent, EventFacts>> = {
  SessionStart: {
    matchOn: "source",
    onExit2: "tells_user",
    isGuarded: false,
    takesText: true,
    takesContext: true,
  },
  UserPromptSubmit: {
    onExit2: "blocks",
    isGuarded: true,
    takesText: true,
    timeoutSeconds: 30,
    takesContext: true,
  },
  UserPromptExpansion: {
    matchOn: "command_name",
    onExit2: "blocks",
    isGuarded: true,
    takesText: true,
    takesContext: true,
  },
  PreToolUse: { ...tool, onExit2: "blocks", isGuarded: true, takesContext: true },
  PermissionRequest: { ...tool, onExit2: "ignored", isGuarded: true },
  PermissionDenied: { ...tool, onExit2: "ignored", isGuarded: false },
  PostToolUse: { ...tool, onExit2: "tells_model", isGuarded: false, takesContext: true },
  PostToolUseFailure: { ...tool, onExit2: "tells_model", isGuarded: false, takesContext: true },
  PostToolBatch: { onExit2: "blocks", isGuarded: true, takesContext: true },
  SubagentStart: { matchOn: "agent_type", onExit2: "tells_user", isGuarded: false, takesContext: true },
  SubagentStop: { matchOn: "agent_type", onExit2: "blocks", isGuarded: false, takesContext: true },
  Stop: { onExit2: "blocks", isGuarded: false, takesContext: true },
  StopFailure: { matchOn: "error", onExit2: "ignored", isGuarded: false },
  TaskCreated: { onExit2: "blocks", isGuarded: true, ignoresContinue: true },
  TaskCompleted: { onExit2: "blocks", isGuarded: true },
  TeammateIdle: { onExit2: "blocks", isGuarded: true },
  PreCompact: { matchOn: "trigger", onExit2: "blocks", isGuarded: true },
  PostCompact: { matchOn: "trigger", onExit2: "tells_user", isGuarded: false },
  Notification: { matchOn: "notification_type", onExit2: "ignored", isGuarded: false },
  SessionEnd: { matchOn: "reason", onExit2: "tells_user", isGuarded: false, timeoutSeconds: 1.5 },
  WorktreeCreate: { onExit2: "blocks", isGuarded: false },
  WorktreeRemove: { onExit2: "ignored", isGuarded: false },
};

export function isToolEvent(event: HookEvent): boolean {
  return EVENT_FACTS[event].matchOn === "tool_name";
}
