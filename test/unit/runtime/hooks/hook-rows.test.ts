import { describe, expect, test } from "vitest";
import { HOOK_EVENTS, type HookEvent } from "../../../../src/protocol/hooks.ts";
import { type HookOutcome, SILENCE } from "../../../../src/runtime/hooks/merge.ts";
import { handlers, hooksOf, NEVER, saying } from "../../../support/hooks.ts";

/** docs/hooks.md, column "exit 2". */
const REFUSES: readonly HookEvent[] = [
  "UserPromptSubmit",
  "UserPromptExpansion",
  "PreToolUse",
  "PostToolBatch",
  "SubagentStop",
  "Stop",
  "TaskCreated",
  "TaskCompleted",
  "TeammateIdle",
  "PreCompact",
  "WorktreeCreate",
];
const TELLS_MODEL: readonly HookEvent[] = ["PostToolUse", "PostToolUseFailure"];
const TELLS_USER: readonly HookEvent[] = ["SessionStart", "SubagentStart", "PostCompact", "SessionEnd"];
const IGNORES: readonly HookEvent[] = [
  "PermissionRequest",
  "PermissionDenied",
  "StopFailure",
  "Notification",
  "WorktreeRemove",
];
const TAKES_TEXT: readonly HookEvent[] = ["SessionStart", "UserPromptSubmit", "UserPromptExpansion"];
/** Hundreds of lines of sh that end by themselves: the process table need not be searched behind each. */
const UNWATCHED = { isWatched: false };
const NAME = "of /etc/user.json";

/** What a refusal for this reason looks like. */
function refused(event: HookEvent, reason: string): Partial<HookOutcome> {
  const text = `[User] ${reason}`;
  if (TELLS_USER.includes(event)) return { messages: [text] };
  if (IGNORES.includes(event)) return {};
  const blockers = { blockers: [expect.stringContaining(NAME)] as unknown as readonly string[] };
  if (event === "PreToolUse") return { ...blockers, block: text, permission: "deny", permissionReason: text };
  return { ...blockers, block: text };
}

async function outcome(
  event: HookEvent,
  said: { readonly out?: string; readonly err?: string; readonly exit?: number },
): Promise<HookOutcome> {
  return hooksOf(handlers(event, saying(said)), {}, UNWATCHED).fire(event, {}, NEVER);
}

test("every event has its row", () => {
  expect([...REFUSES, ...TELLS_MODEL, ...TELLS_USER, ...IGNORES].toSorted()).toEqual(HOOK_EVENTS.toSorted());
});

describe.each(HOOK_EVENTS)("%s", (event) => {
  test("exit 0 without a word decides nothing", async () => {
    expect(await outcome(event, {})).toEqual(SILENCE);
  });

  test("exit 0 with text: context where the event has a place for it, nothing elsewhere", async () => {
    const context = TAKES_TEXT.includes(event) ? ["[User] mind the gap"] : [];
    const path = event === "WorktreeCreate" ? "mind the gap" : undefined;
    expect(await outcome(event, { out: "mind the gap\n" })).toEqual({ ...SILENCE, context, path });
  });

  test.each([0, 1, 127])("a blocking answer counts at exit %i", async (exit) => {
    const out = JSON.stringify({ decision: "block", reason: "not now" });
    // A user cannot be blocked from hearing something: there the event knows no decision.
    const expected = TELLS_USER.includes(event) ? {} : refused(event, "not now");
    expect(await outcome(event, { out, exit })).toEqual({ ...SILENCE, ...expected });
  });

  test("exit 2 refuses with what stands on stderr", async () => {
    expect(await outcome(event, { err: "no way\n", exit: 2 })).toEqual({
      ...SILENCE,
      ...refused(event, "no way"),
    });
  });

  test("exit 2 refuses against an answer that allows", async () => {
    const hookSpecificOutput = { hookEventName: event, permissionDecision: "allow" };
    const out = JSON.stringify({ decision: "approve", hookSpecificOutput });
    expect(await outcome(event, { out, err: "no way", exit: 2 })).toEqual({
      ...SILENCE,
      ...refused(event, "no way"),
    });
  });

  test("exit 2 refuses with JSON that is none, and prefers the reason of JSON that is", async () => {
    expect(await outcome(event, { out: '{"decision": ', err: "no way", exit: 2 })).toEqual({
      ...SILENCE,
      ...refused(event, "no way"),
    });
    const out = JSON.stringify({ decision: "block", reason: "because" });
    expect(await outcome(event, { out, err: "noise", exit: 2 })).toEqual({
      ...SILENCE,
      ...refused(event, "because"),
    });
  });

  test.each([1, 126, 127])("exit %i without an answer does not block, and is told", async (exit) => {
    expect(await outcome(event, { err: "oops", exit })).toEqual({
      ...SILENCE,
      problems: [expect.stringContaining(`exit ${exit}: oops`)],
    });
  });

  test("an answer that fails its schema is none, and is told", async () => {
    expect(await outcome(event, { out: '{"continue": "yes"}' })).toEqual({
      ...SILENCE,
      problems: [expect.stringContaining("its answer is wrong: continue")],
    });
    expect(await outcome(event, { out: '{"hookSpecificOutput": {"hookEventName": "Elsewhere"}}' })).toEqual({
      ...SILENCE,
      problems: [expect.stringContaining("hookEventName is Elsewhere")],
    });
  });

  test("continue false stops with its reason, but no task from being created", async () => {
    const out = JSON.stringify({ continue: false, stopReason: "enough", systemMessage: "look" });
    const stops = event !== "TaskCreated";
    const { blockers, ...rest } = await outcome(event, { out });
    expect(rest).toMatchObject({ messages: ["[User] look"], stop: stops ? "[User] enough" : undefined });
    expect(blockers).toHaveLength(stops ? 1 : 0);
  });
});

test.each([
  ["allow", "allow", undefined],
  ["ask", "ask", undefined],
  ["defer", "ask", undefined],
  ["deny", "deny", "[User] my reason"],
] as const)("PreToolUse: permissionDecision %s means %s", async (decision, permission, block) => {
  const out = JSON.stringify({
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: decision,
      permissionDecisionReason: "my reason",
      updatedInput: { command: "ls -l" },
      additionalContext: "by the way",
    },
  });
  expect(await outcome("PreToolUse", { out })).toMatchObject({
    permission,
    permissionReason: "[User] my reason",
    block,
    updatedInput: { command: "ls -l" },
    context: ["[User] by the way"],
  });
});

test("PreToolUse: the old words approve and block", async () => {
  expect(await outcome("PreToolUse", { out: '{"decision": "approve"}' })).toMatchObject({
    permission: "allow",
  });
  expect(await outcome("PreToolUse", { out: '{"decision": "block", "reason": "old"}' })).toMatchObject({
    permission: "deny",
    block: "[User] old",
  });
});

function own(hookEventName: HookEvent, fields: object): Promise<HookOutcome> {
  return outcome(hookEventName, {
    out: JSON.stringify({ hookSpecificOutput: { hookEventName, ...fields } }),
  });
}

test("what single events add", async () => {
  expect(await own("SessionStart", { initialUserMessage: "begin" })).toMatchObject({
    initialMessage: "begin",
  });
  expect(await own("UserPromptSubmit", { suppressOriginalPrompt: true })).toMatchObject({
    suppressesPrompt: true,
  });
  expect(await own("PermissionDenied", { retry: true })).toMatchObject({ retries: true });
  expect(await own("PostToolUse", { updatedToolOutput: "clean" })).toMatchObject({ updatedOutput: "clean" });
  expect(await own("PostToolUse", { updatedMCPToolOutput: { a: 1 } })).toMatchObject({
    updatedOutput: { a: 1 },
  });
  expect(await own("WorktreeCreate", { worktreePath: "/w" })).toMatchObject({ path: "/w" });
  expect(
    await own("PermissionRequest", {
      decision: { behavior: "deny", message: "ask me", interrupt: true, updatedPermissions: [1] },
    }),
  ).toMatchObject({
    permission: "deny",
    permissionReason: "[User] ask me",
    interrupts: true,
    updatedPermissions: [1],
  });
});
