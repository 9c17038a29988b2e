import { expect, test } from "vitest";
import { compileMatcher } from "../../../../src/runtime/hooks/match.ts";
import { type HookConfig, readHooks } from "../../../../src/runtime/hooks/read-hooks.ts";
import { configOf, settingsFile } from "../../../support/hooks.ts";

const ECHO = { type: "command", command: "echo" };
const SET = { hooks: { PreToolUse: [{ hooks: [ECHO] }] } };

function sources({ handlers }: HookConfig): readonly string[] {
  return handlers.map(({ source }) => source.scope);
}

function matches(pattern: string | undefined, subject: string): boolean {
  const matcher = compileMatcher("PreToolUse", pattern);
  if ("wrong" in matcher) throw new Error(matcher.wrong);
  return matcher(subject);
}

test.each([
  [undefined, "Bash", true],
  ["", "Bash", true],
  ["*", "Bash", true],
  ["Bash", "Bash", true],
  ["Bash", "BashOutput", false],
  ["Write | Edit,Read", "Edit", true],
  ["Write | Edit,Read", "Read", true],
  ["Write|Edit", "NotebookEdit", false],
  ["Edit.*", "NotebookEdit", true],
  ["^Edit", "NotebookEdit", false],
  ["mcp__github", "mcp__github__issue", false],
  ["mcp__github__.*", "mcp__github__issue", true],
  ["my-tool", "my-tool", true],
] as const)("the matcher %s on %s: %s", (pattern, subject, expected) => {
  expect(matches(pattern, subject)).toBe(expected);
});

test("StopFailure knows names and | only: anything else is an expression", () => {
  const matcher = compileMatcher("StopFailure", "rate_limit|overloaded");
  const expression = compileMatcher("StopFailure", "rate_limit,overloaded");
  expect("wrong" in matcher || matcher("overloaded")).toBe(true);
  expect("wrong" in expression || expression("overloaded")).toBe(false);
});

test("L25 an expression that would take for ever matches after a moment, and only the first time costs it", () => {
  const begun = performance.now();
  expect(matches("^(([a-z])+.)+[A-Z]([a-z])+$", "a".repeat(200))).toBe(true);
  expect(performance.now() - begun).toBeLessThan(5_000);
});

test("an expression sees 256 characters", () => {
  expect(matches("b$", `${"a".repeat(256)}b`)).toBe(false);
});

test("handlers come in the order of the files, others behind them", () => {
  const config = readHooks({ files: [settingsFile(SET, { scope: "managed" }), settingsFile(SET)] }, [
    { scope: "plugin", file: "/p", label: "Plugin p", isTrusted: true, hooks: SET.hooks },
  ]);
  expect(sources(config)).toEqual(["managed", "user", "plugin"]);
});

test("unknown keys and events that are not fired are nothing to talk about; unknown events are", () => {
  const config = configOf(
    settingsFile({
      hooks: {
        PreToolUse: [{ description: "x", hooks: [{ ...ECHO, continueOnError: true, rewakeMessage: "x" }] }],
        Setup: [{ hooks: [ECHO] }],
        PreTolUse: [{ hooks: [ECHO] }],
      },
    }),
  );
  expect(config.handlers).toHaveLength(1);
  expect(config.problems).toEqual([
    { file: "/etc/user.json", what: "hooks.PreTolUse: there is no such event", isFatal: false },
  ]);
});

test("what is wrong is named with its place, and the rest counts", () => {
  const config = configOf(
    settingsFile({
      hooks: {
        PreToolUse: [
          { matcher: 7, hooks: [] },
          { matcher: "(", hooks: [ECHO] },
          { hooks: [{ type: "command" }, { type: "shell" }, ECHO] },
        ],
        Stop: { hooks: [ECHO] },
      },
    }),
  );
  expect(config.handlers).toHaveLength(1);
  expect(config.problems.map(({ what }) => what)).toEqual([
    expect.stringContaining("hooks.PreToolUse[0]"),
    expect.stringContaining("hooks.PreToolUse[1].matcher: Invalid regular expression"),
    expect.stringContaining("hooks.PreToolUse[1].hooks[0]: its matcher is wrong"),
    expect.stringContaining("hooks.PreToolUse[2].hooks[0]"),
    expect.stringContaining("hooks.PreToolUse[2].hooks[1]"),
    "hooks.Stop: must be a list of {matcher, hooks}",
  ]);
});

test("managed hooks that do not parse stop the agent", () => {
  const broken = settingsFile({ hooks: [] }, { scope: "managed" });
  expect(configOf(broken).problems).toEqual([
    { file: "/etc/managed.json", what: "hooks: must be an object of events", isFatal: true },
  ]);
});

test("a timeout of a thousand seconds is likely meant in milliseconds", () => {
  const hooks = { Stop: [{ hooks: [{ ...ECHO, timeout: 5000 }] }] };
  const { handlers, problems } = configOf(settingsFile({ hooks }));
  expect(handlers[0]?.timeoutMs).toBe(5_000_000);
  expect(problems.map(({ what }) => what)).toEqual([
    "hooks.Stop[0].hooks[0].timeout: 5000 means seconds, not milliseconds",
  ]);
});

test("a rule on an event without a tool: the hook never runs", () => {
  const hooks = { Stop: [{ hooks: [{ ...ECHO, if: "Bash(ls)" }] }] };
  const { handlers, problems } = configOf(settingsFile({ hooks }));
  expect(handlers).toEqual([]);
  expect(problems[0]?.what).toContain("Stop is about no tool call");
});

test.each([
  ["UserPromptSubmit", ECHO, 30],
  ["Stop", ECHO, 600],
  ["Stop", { type: "prompt", prompt: "x" }, 30],
  ["SessionEnd", ECHO, 1.5],
  ["SessionEnd", { ...ECHO, timeout: 20 }, 20],
  ["SessionEnd", { ...ECHO, timeout: 300 }, 60],
] as const)("the timeout of %s with %o is %d s", (event, handler, seconds) => {
  const { handlers } = configOf(settingsFile({ hooks: { [event]: [{ hooks: [handler] }] } }));
  expect(handlers[0]?.timeoutMs).toBe(seconds * 1000);
});

test("hooks of a folder that is not trusted are not run", () => {
  for (const scope of ["project", "local"] as const) {
    const config = configOf(settingsFile(SET, { scope, isTrusted: false }));
    expect(config.handlers).toEqual([]);
    expect(config.problems[0]?.what).toContain("the folder is not trusted");
  }
  expect(sources(configOf(settingsFile(SET, { scope: "project" })))).toEqual(["project"]);
});

test("disableAllHooks leaves managed hooks alone, unless managed settings say it, and a stranger's word is none", () => {
  const managed = settingsFile(SET, { scope: "managed" });
  const off = { ...SET, disableAllHooks: true };
  expect(sources(configOf(managed, settingsFile(off)))).toEqual(["managed"]);
  expect(sources(configOf(settingsFile(off, { scope: "managed" }), settingsFile(SET)))).toEqual([]);
  expect(
    sources(configOf(settingsFile(off, { scope: "project", isTrusted: false }), settingsFile(SET))),
  ).toEqual(["user"]);
});

test("allowManagedHooksOnly counts in managed settings only", () => {
  const only = { ...SET, allowManagedHooksOnly: true };
  expect(sources(configOf(settingsFile(only, { scope: "managed" }), settingsFile(SET)))).toEqual(["managed"]);
  expect(sources(configOf(settingsFile(only)))).toEqual(["user"]);
});

function listing(
  scope: string,
  urls: readonly string[],
  isTrusted: boolean,
): ReturnType<typeof settingsFile> {
  return settingsFile({ allowedHttpHookUrls: urls }, { scope, isTrusted });
}

test("lists of addresses are joined, and a stranger's list opens nothing", () => {
  expect(configOf(listing("user", ["a"], true), listing("project", ["b"], true)).allowedUrls).toEqual([
    "a",
    "b",
  ]);
  expect(configOf(listing("user", ["a"], true), listing("project", ["b"], false)).allowedUrls).toEqual(["a"]);
  expect(configOf().allowedUrls).toBeUndefined();
});
