import { expect, test } from "vitest";
import { HOOK_EVENTS, type HookEvent } from "../../../../src/protocol/hooks.ts";
import { SILENCE } from "../../../../src/runtime/hooks/merge.ts";
import { CALL, configOf, handlers, hooksOf, NEVER, saying, settingsFile } from "../../../support/hooks.ts";

const GUARDED: readonly HookEvent[] = [
  "PreToolUse",
  "UserPromptSubmit",
  "UserPromptExpansion",
  "TaskCreated",
  "TaskCompleted",
  "TeammateIdle",
  "PreCompact",
  "PostToolBatch",
];

/** Each with the cause as a person reads it. */
const FAILURES: readonly (readonly [string, object, string])[] = [
  ["a wrong path", { type: "command", command: "/nowhere/guard.sh" }, "exit 127"],
  [
    "a program that is not there",
    { type: "command", command: "/nowhere/guard", args: [] },
    "cannot be started",
  ],
  ["exit 1", saying({ err: "broke", exit: 1 }), "exit 1: broke"],
  ["garbage", saying({ out: "{garbage" }), "no JSON: {garbage"],
  ["an answer of another shape", saying({ out: '{"continue": 7}' }), "its answer is wrong"],
  ["kill -9", { type: "command", command: "kill -9 $$" }, "ended by SIGKILL"],
  ["no answer in time", { type: "command", command: "sleep 60", timeout: 0.1 }, "within 0.1 s"],
  ["more output than is read", { type: "command", command: "head -c 2000000 /dev/zero" }, "more than 1 MiB"],
  ["a type that is not run", { type: "agent", prompt: "look" }, "type agent are not supported"],
  ["no model to ask", { type: "prompt", prompt: "look" }, "type prompt are not supported here"],
  ["no connector", { type: "mcp_tool", server: "s", tool: "t" }, "type mcp_tool are not supported here"],
  ["nobody at the address", { type: "http", url: "http://127.0.0.1:1/" }, "fetch failed"],
];

test.each(FAILURES)(
  "a policy hook with %s blocks and says why; without policy it passes",
  async (_, handler, cause) => {
    const guard = hooksOf(handlers("PreToolUse", { ...handler, policy: true }));
    const refused = await guard.fire("PreToolUse", CALL, NEVER);
    expect(refused.permission).toBe("deny");
    expect(refused.block).toContain("of /etc/user.json did not give an answer");
    expect(refused.block).toContain(cause);

    const bystander = hooksOf(handlers("PreToolUse", handler));
    expect(await bystander.fire("PreToolUse", CALL, NEVER)).toEqual({
      ...SILENCE,
      problems: [expect.stringContaining(cause)],
    });
  },
);

test.each(HOOK_EVENTS)("%s: a failing policy hook blocks where something can be blocked", async (event) => {
  const hooks = hooksOf(handlers(event, { ...saying({ exit: 1 }), policy: true }));

  const { block, permission, problems } = await hooks.fire(event, {}, NEVER);

  expect(problems).toHaveLength(1);
  expect(block !== undefined).toBe(GUARDED.includes(event));
  const denies = event === "PermissionRequest" || event === "PreToolUse";
  expect(permission).toBe(denies ? "deny" : undefined);
});

test("a policy hook that prints text instead of an answer blocks; text that is context does not", async () => {
  const guard = { ...saying({ out: "all is well" }), policy: true };
  const bash = await hooksOf(handlers("PreToolUse", guard)).fire("PreToolUse", CALL, NEVER);
  expect(bash.block).toContain("it wrote text instead of an answer: all is well");

  const prompt = await hooksOf(handlers("UserPromptSubmit", guard)).fire("UserPromptSubmit", {}, NEVER);
  expect(prompt).toEqual({ ...SILENCE, context: ["[User] all is well"] });
});

test("a policy hook that answers decides as any other", async () => {
  const quiet = await hooksOf(handlers("PreToolUse", { ...saying({}), policy: true })).fire(
    "PreToolUse",
    CALL,
    NEVER,
  );
  expect(quiet).toEqual(SILENCE);
});

function managed(handler: object): ReturnType<typeof configOf> {
  return configOf(settingsFile({ hooks: { PreToolUse: [{ hooks: [handler] }] } }, { scope: "managed" }));
}

test("handlers of managed settings are policy unless they say otherwise", async () => {
  const broken = saying({ exit: 1 });

  expect((await hooksOf(managed(broken)).fire("PreToolUse", CALL, NEVER)).permission).toBe("deny");
  const open = { ...broken, policy: false };
  expect((await hooksOf(managed(open)).fire("PreToolUse", CALL, NEVER)).permission).toBeUndefined();
});

test.each([
  ["a type that does not exist", { type: "comand", command: "true" }],
  ["no command", { type: "command" }],
  ["async", { type: "command", command: "true", async: true }],
])("a policy hook that is configured wrong (%s) blocks", async (_, handler) => {
  const config = handlers("PreToolUse", { ...handler, policy: true });
  expect(config.problems).toMatchObject([{ file: "/etc/user.json", isFatal: false }]);
  expect((await hooksOf(config).fire("PreToolUse", CALL, NEVER)).permission).toBe("deny");
});

test.each(["Ba[sh", 7])(
  "a policy hook whose matcher is no expression (%s) blocks every tool",
  async (matcher) => {
    const hooks = { PreToolUse: [{ matcher, hooks: [{ ...saying({}), policy: true }] }] };
    const refused = await hooksOf(configOf(settingsFile({ hooks }))).fire("PreToolUse", CALL, NEVER);
    expect(refused.block).toContain("its matcher is wrong");
  },
);
