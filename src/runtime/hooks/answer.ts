import type { Behavior } from "../../agent/gate/behavior.ts";
import { HookAnswer, type HookEvent, type PromptVerdict } from "../../protocol/hooks.ts";
import { EVENT_FACTS } from "./hook-events.ts";
import { parsedJson, type Ran } from "./ran.ts";
import type { Handler } from "./read-hooks.ts";

/** What one handler says, in the terms of the event. */
export interface Answer {
  readonly handler: Handler;
  readonly block?: string;
  readonly permission?: Behavior;
  readonly permissionReason?: string;
  readonly updatedInput?: unknown;
  readonly updatedOutput?: unknown;
  readonly updatedPermissions?: readonly unknown[];
  readonly context?: string;
  readonly stop?: string;
  /** For the user. */
  readonly messages?: readonly string[];
  /** What went wrong with the handler. */
  readonly problem?: string;
  readonly interrupts?: boolean;
  readonly retries?: boolean;
  readonly initialMessage?: string;
  readonly suppressesPrompt?: boolean;
  /** The last line of stdout, or the path in the answer: where WorktreeCreate made it. */
  readonly path?: string;
}

type Said = Omit<Answer, "handler">;
type Specific = NonNullable<HookAnswer["hookSpecificOutput"]>;

const NO_REASON = "a hook refused it and gave no reason";

/** What a run means. JSON is read at every exit code; exit 2 blocks whatever the JSON says; the rest is a failure. */
export function answerOf(event: HookEvent, handler: Handler, ran: Ran): Answer {
  return { handler, ...said(event, handler, ran) };
}

function said(event: HookEvent, handler: Handler, ran: Ran): Said {
  switch (ran.kind) {
    case "failed":
      return failure(event, handler, ran.why);
    case "verdict":
      return ofVerdict(event, handler, ran.verdict);
    case "output":
      return ofOutput(event, handler, ran);
    default:
      return ran satisfies never;
  }
}

/** A guard that did not guard: with `policy` it is as if it had refused. */
function failure(event: HookEvent, { isPolicy, name }: Handler, why: string): Said {
  const problem = `${name}: ${why}`;
  if (!isPolicy || !EVENT_FACTS[event].isGuarded) return { problem };
  return { problem, ...refusal(event, `the policy hook ${name} did not give an answer: ${why}`) };
}

/** In the way each event refuses. */
function refusal(event: HookEvent, reason: string): Said {
  if (event === "PermissionRequest") return { permission: "deny", permissionReason: reason };
  if (event === "PreToolUse") return { block: reason, permission: "deny", permissionReason: reason };
  return { block: reason };
}

/**
 * A refused prompt hook: where the model is at work it is told why; where a turn has ended the member stops, unless
 * `continueOnBlock`.
 */
function ofVerdict(
  event: HookEvent,
  { spec }: Handler,
  { ok, reason = NO_REASON, impossible }: PromptVerdict,
): Said {
  if (ok) return {};
  const isAtRest = event === "TeammateIdle" || event === "Stop" || event === "SubagentStop";
  if (isAtRest && impossible === true) return { messages: [reason] };
  const goesOn = spec.type === "prompt" && spec.continueOnBlock === true;
  return event === "TeammateIdle" && !goesOn ? { stop: reason } : onExit2(event, reason);
}

interface Output {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function ofOutput(event: HookEvent, handler: Handler, { code, stdout, stderr }: Output): Said {
  const { answer, wrong } = readAnswer(event, stdout);
  const decided = answer === undefined ? {} : ofAnswer(event, answer);
  if (code === 2) {
    const reason = blockingReason(answer) ?? stderr.trim();
    return { ...decided, ...onExit2(event, reason === "" ? NO_REASON : reason) };
  }
  if (answer !== undefined && code === 0) return { ...decided, ...pathIn(event, stdout) };
  if (answer !== undefined) return decided;
  if (code !== 0)
    return failure(event, handler, `exit ${code}${stderr.trim() === "" ? "" : `: ${stderr.trim()}`}`);
  if (wrong !== undefined) return failure(event, handler, wrong);
  return ofText(event, handler, stdout);
}

/** `wrong`: it was meant to be an answer and is none. Nothing at all is neither. */
function readAnswer(
  event: HookEvent,
  stdout: string,
): { readonly answer?: HookAnswer | undefined; readonly wrong?: string } {
  if (!stdout.trimStart().startsWith("{")) return {};
  const json = parsedJson(stdout);
  if (json === undefined)
    return { wrong: `it wrote something that is no JSON: ${stdout.trim().slice(0, 200)}` };
  const parsed = HookAnswer.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: "" };
    return { wrong: `its answer is wrong: ${path.join(".")}: ${message}` };
  }
  const name = parsed.data.hookSpecificOutput?.hookEventName;
  if (name !== undefined && name !== event)
    return { wrong: `its answer is wrong: hookEventName is ${name}, the event was ${event}` };
  return { answer: parsed.data };
}

/** Text is context where the event has a place for it. A policy hook that says something else than an answer failed. */
function ofText(event: HookEvent, handler: Handler, stdout: string): Said {
  const text = stdout.trim();
  if (text === "") return {};
  if (EVENT_FACTS[event].takesText === true) return { context: text };
  if (event === "WorktreeCreate") return pathIn(event, stdout);
  if (!handler.isPolicy) return {};
  const failed = failure(event, handler, `it wrote text instead of an answer: ${text.slice(0, 200)}`);
  return failed.block === undefined && failed.permission === undefined ? {} : failed;
}

function onExit2(event: HookEvent, reason: string): Said {
  switch (EVENT_FACTS[event].onExit2) {
    case "blocks":
      return refusal(event, reason);
    case "tells_model":
      return { block: reason };
    case "tells_user":
      return { messages: [reason] };
    case "ignored":
      return {};
    default:
      return EVENT_FACTS[event].onExit2 satisfies never;
  }
}

function blockingReason(answer: HookAnswer | undefined): string | undefined {
  return answer?.decision === "block" ? answer.reason : answer?.hookSpecificOutput?.permissionDecisionReason;
}

function ofAnswer(event: HookEvent, answer: HookAnswer): Said {
  const { systemMessage, stopReason, hookSpecificOutput: specific } = answer;
  return {
    ...(systemMessage === undefined ? {} : { messages: [systemMessage] }),
    ...(answer.continue === false && EVENT_FACTS[event].ignoresContinue !== true
      ? { stop: stopReason ?? "a hook stopped it and gave no reason" }
      : {}),
    ...decisionIn(event, answer),
    ...(specific === undefined ? {} : ofSpecific(event, specific)),
  };
}

/** The top-level `decision`: for PreToolUse the old spelling of allow and deny. */
function decisionIn(event: HookEvent, { decision, reason = NO_REASON }: HookAnswer): Said {
  if (decision === undefined) return {};
  if (decision === "approve") return event === "PreToolUse" ? { permission: "allow" } : {};
  const { onExit2: effect } = EVENT_FACTS[event];
  return effect === "blocks" || effect === "tells_model" ? onExit2(event, reason) : {};
}

function ofSpecific(event: HookEvent, specific: Specific): Said {
  const { additionalContext } = specific;
  // Only where a model goes on reading.
  const hasContext = EVENT_FACTS[event].takesContext === true && additionalContext !== "";
  return {
    ...(hasContext ? present("context", additionalContext) : {}),
    ...OWN_FIELDS[event]?.(specific),
  };
}

/** What single events add. */
const OWN_FIELDS: Readonly<Partial<Record<HookEvent, (specific: Specific) => Said>>> = {
  SessionStart: ({ initialUserMessage }) => present("initialMessage", initialUserMessage),
  UserPromptSubmit: ({ suppressOriginalPrompt }) => present("suppressesPrompt", suppressOriginalPrompt),
  UserPromptExpansion: ({ suppressOriginalPrompt }) => present("suppressesPrompt", suppressOriginalPrompt),
  PreToolUse: (specific) => ({
    ...permissionIn(specific),
    ...present("updatedInput", specific.updatedInput),
  }),
  PermissionRequest: ofRequest,
  PermissionDenied: ({ retry }) => present("retries", retry),
  PostToolUse: ({ updatedToolOutput, updatedMCPToolOutput }) =>
    present("updatedOutput", updatedToolOutput ?? updatedMCPToolOutput),
  WorktreeCreate: ({ worktreePath }) => present("path", worktreePath),
};

function permissionIn({ permissionDecision, permissionDecisionReason }: Specific): Said {
  if (permissionDecision === undefined) return {};
  // Nobody could take a deferred call up again later: a person is asked.
  const permission = permissionDecision === "defer" ? "ask" : permissionDecision;
  return {
    permission,
    ...present("permissionReason", permissionDecisionReason),
    ...(permission === "deny" ? { block: permissionDecisionReason ?? NO_REASON } : {}),
  };
}

function ofRequest({ decision }: Specific): Said {
  if (decision === undefined) return {};
  return {
    permission: decision.behavior,
    ...present("permissionReason", decision.message),
    ...present("updatedInput", decision.updatedInput),
    ...present("updatedPermissions", decision.updatedPermissions),
    ...present("interrupts", decision.interrupt),
  };
}

function pathIn(event: HookEvent, stdout: string): Said {
  const last =
    event === "WorktreeCreate" && !stdout.trimStart().startsWith("{")
      ? stdout.trim().split("\n").at(-1)
      : undefined;
  return { ...present("path", last) };
}

function present<K extends keyof Said>(key: K, value: Said[K] | undefined): Said {
  return value === undefined ? {} : { [key]: value };
}
