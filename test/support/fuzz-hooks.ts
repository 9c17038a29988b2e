import * as fc from "fast-check";
import { isRecord } from "../../src/base/is-record.ts";
import { HOOK_EVENTS, HookAnswer, type HookEvent } from "../../src/protocol/hooks.ts";
import { answerOf } from "../../src/runtime/hooks/answer.ts";
import { EVENT_FACTS } from "../../src/runtime/hooks/hook-events.ts";
import type { Ran } from "../../src/runtime/hooks/ran.ts";
import { type Handler, readHooks } from "../../src/runtime/hooks/read-hooks.ts";
import { runPromptHook } from "../../src/runtime/hooks/run-prompt-hook.ts";
import { anyJson, harmed, harms, refusePollution } from "./fuzz-bytes.ts";
import { type Fuzz, fuzz, implies, must } from "./fuzz-property.ts";
import { NEVER, settingsFile } from "./hooks.ts";

const odd = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 5, arbitrary: value }, anyJson);
const event = fc.constantFrom(...HOOK_EVENTS);
const handler = fc.record(
  {
    type: odd(fc.constantFrom("command", "http", "prompt", "agent", "mcp_tool")),
    command: odd(fc.constant("./check.sh")),
    args: odd(fc.constant(["a"])),
    url: odd(fc.constantFrom("http://127.0.0.1/x", "file:///etc/passwd")),
    server: odd(fc.constant("s")),
    tool: odd(fc.constant("t")),
    prompt: odd(fc.constant("Is it well? $ARGUMENTS")),
    if: odd(fc.constant("Bash(ls *)")),
    timeout: odd(fc.constantFrom(1, 0, -1, 1e300, 0.001)),
    policy: odd(fc.boolean()),
    async: odd(fc.boolean()),
    asyncRewake: odd(fc.boolean()),
    headers: odd(fc.constant({ a: "$B" })),
  },
  { requiredKeys: ["type"] },
);
const group = fc.record(
  {
    matcher: odd(fc.constantFrom("Bash", "Edit|Write", "*", "(a+)+$", "[", "(?<=a)", "mcp__.*")),
    hooks: odd(fc.array(odd(handler), { maxLength: 3 })),
  },
  { requiredKeys: ["hooks"] },
);
const configuration = odd(
  fc.dictionary(
    fc.oneof(event, fc.constantFrom("Setup", "Nope", "__proto__", "toString")),
    odd(fc.array(odd(group), { maxLength: 3 })),
    { maxKeys: 3 },
  ),
);

/** What stands where handlers stand, under events that are fired. */
function candidates(hooks: unknown): readonly unknown[] {
  if (!isRecord(hooks)) return [];
  const groups = HOOK_EVENTS.flatMap((name) =>
    Object.hasOwn(hooks, name) && Array.isArray(hooks[name]) ? (hooks[name] as readonly unknown[]) : [],
  );
  return groups.flatMap((one) =>
    isRecord(one) && Array.isArray(one["hooks"]) ? (one["hooks"] as readonly unknown[]) : [],
  );
}

function canBeRun({ spec, isPolicy, timeoutMs, matches, rule, event: name }: Handler): void {
  implies(spec.type === "broken", isPolicy, "only a policy that is wrong is kept");
  if (spec.type === "http") must(spec.url).toMatch(/^https?:/);
  must(timeoutMs).toBeGreaterThanOrEqual(0);
  must(timeoutMs).toBeLessThan(2 ** 31);
  must(typeof matches("Bash")).toBe("boolean");
  implies(rule !== undefined, EVENT_FACTS[name].matchOn === "tool_name", "only a call has a rule");
}

const configurations = fuzz({
  title:
    "D3 D6 D11 any configuration of hooks: each handler is taken or named, a policy that is written wrong stops who needs it, and no stranger's hook runs",
  parsers: ["src/runtime/hooks/read-hooks.ts"],
  input: fc.record({
    hooks: configuration,
    scope: fc.constantFrom("managed", "user", "project", "local"),
    isTrusted: fc.boolean(),
    lists: odd(fc.array(odd(fc.constant("https://*")), { maxLength: 2 })),
  }),
  open:
    () =>
    ({ hooks, scope, isTrusted, lists }) => {
      const content = { hooks, allowedHttpHookUrls: lists, httpHookAllowedEnvVars: lists };
      const { handlers, problems, allowedUrls } = readHooks({
        files: [settingsFile(content, { scope, isTrusted })],
      });
      const isStranger = !isTrusted && scope !== "managed" && scope !== "user";
      const isTold = handlers.length + problems.length >= candidates(hooks).length;
      const isOdd = hooks !== undefined && !isRecord(hooks);
      implies(isStranger, handlers.length === 0, "no hook of a stranger");
      implies(!isStranger, isTold, "each handler is taken or named");
      implies(!isStranger && isOdd, problems.length > 0, "what is no configuration is named");
      for (const { file, what } of problems) {
        must(file).toBe(`/etc/${scope}.json`);
        must(what).not.toMatch(/^$|\n/);
      }
      for (const one of handlers) canBeRun(one);
      // Whoever is bound by an organisation's hooks does not start beside one that cannot be read.
      const isBroken = handlers.some(({ spec }) => spec.type === "broken");
      const isFatal = problems.some((problem) => problem.isFatal);
      implies(scope === "managed" && isBroken, isFatal, "a broken policy stops whoever starts");
      implies(!Array.isArray(lists), allowedUrls === undefined, "what is no list allows nothing");
      refusePollution();
    },
});

const answer = fc.record(
  {
    continue: odd(fc.boolean()),
    stopReason: odd(fc.string()),
    systemMessage: odd(fc.string()),
    decision: odd(fc.constantFrom("approve", "block")),
    reason: odd(fc.string()),
    hookSpecificOutput: odd(
      fc.record(
        {
          hookEventName: odd(event),
          additionalContext: odd(fc.string()),
          permissionDecision: odd(fc.constantFrom("allow", "deny", "ask", "defer")),
          permissionDecisionReason: odd(fc.string()),
          updatedInput: anyJson,
          decision: odd(
            fc.record({
              behavior: odd(fc.constantFrom("allow", "deny")),
              updatedInput: anyJson,
              message: anyJson,
            }),
          ),
          updatedToolOutput: anyJson,
          __proto__: anyJson,
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: [] },
);
const said = fc.oneof(
  answer.map((value) => JSON.stringify(value)),
  fc.tuple(answer, harms()).map(([value, all]) => harmed(Buffer.from(JSON.stringify(value)), all).toString()),
  fc.string({ unit: "binary" }),
  fc.constantFrom("", " \n", "{}", "[]", "null", "{", '{"continue":false}'),
);
const ran: fc.Arbitrary<Ran> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("output"),
      code: fc.constantFrom(0, 0, 2, 1, 126, 127, 255, -1),
      stdout: said,
      stderr: fc.oneof(fc.constant(""), fc.string()),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("verdict"),
      verdict: fc.record({ ok: fc.boolean(), reason: fc.string(), impossible: fc.boolean() }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("failed"), why: fc.string() }) },
);

/** A handler of that event, as a settings file gives it. */
function handlerOf(name: HookEvent, policy: boolean, type: "command" | "prompt"): Handler {
  const spec = { type, command: "./check.sh", prompt: "Well?", policy };
  const { handlers } = readHooks({ files: [settingsFile({ hooks: { [name]: [{ hooks: [spec] }] } })] });
  const [one] = handlers;
  if (one === undefined) throw new Error("no handler");
  return one;
}

/** The answer as it stands there, when it is one to this event. */
function answerIn(name: HookEvent, result: Ran): HookAnswer | undefined {
  if (result.kind !== "output" || !result.stdout.trimStart().startsWith("{")) return undefined;
  try {
    const { data } = HookAnswer.safeParse(JSON.parse(result.stdout));
    const meant = data?.hookSpecificOutput?.hookEventName ?? name;
    return meant === name ? data : undefined;
  } catch {
    return undefined;
  }
}

function isFailed(result: Ran, told: HookAnswer | undefined): boolean {
  if (result.kind === "failed") return true;
  return result.kind === "output" && result.code !== 0 && result.code !== 2 && told === undefined;
}

/** Whether it says no in a way that this event takes. */
function isRefused(name: HookEvent, result: Ran, told: HookAnswer | undefined): boolean {
  const isDenied = told?.hookSpecificOutput?.permissionDecision === "deny";
  if (name === "PreToolUse" && isDenied) return true;
  const isBlocked = told?.decision === "block" || (result.kind === "output" && result.code === 2);
  return EVENT_FACTS[name].onExit2 === "blocks" && isBlocked;
}

const answers = fuzz({
  title:
    "D6 D11 whatever a hook writes and however it ends is an answer or its failure; what refuses is never taken for what allows, and a policy that said nothing refuses",
  parsers: ["src/runtime/hooks/answer.ts", "src/runtime/hooks/ran.ts"],
  input: fc.record({
    name: event,
    policy: fc.boolean(),
    type: fc.constantFrom("command", "prompt"),
    result: ran,
  }),
  open:
    () =>
    ({ name, policy, type, result }) => {
      const given = answerOf(name, handlerOf(name, policy, type), result);
      const { onExit2, isGuarded } = EVENT_FACTS[name];
      const refuses = given.block !== undefined || given.permission === "deny";
      const told = answerIn(name, result);
      const isFailure = isFailed(result, told);
      implies(isFailure, given.problem !== undefined && given.problem !== "", "a failure is told");
      implies(isFailure && policy && isGuarded, refuses, "a policy that said nothing refuses");
      implies(isRefused(name, result, told), refuses, "what refuses is not taken for what allows");
      implies(name === "PreToolUse" && refuses, given.permission === "deny", "both fields say so");
      implies(onExit2 === "ignored" && name !== "PermissionRequest", !refuses, "nothing is left to refuse");
      implies(given.permission === "allow", told !== undefined, "only an answer to this event allows");
      must([true, undefined]).toContain(
        given.updatedInput === undefined ? undefined : isRecord(given.updatedInput),
      );
      for (const text of [given.block, given.stop, given.context, given.permissionReason, given.path])
        must(["string", "undefined"]).toContain(typeof text);
      refusePollution();
    },
});

const verdicts = fuzz({
  title:
    "D6 D11 whatever a model answers to a prompt hook: yes is only what says so, and the rest is a failure",
  parsers: ["src/runtime/hooks/run-prompt-hook.ts", "src/runtime/hooks/ran.ts"],
  input: fc.record({
    around: fc.tuple(
      fc.constantFrom("", "```json\n", "Well: ", "{"),
      fc.constantFrom("", "\n```", " so.", "}"),
    ),
    text: fc.oneof(
      fc
        .record(
          { ok: odd(fc.boolean()), reason: odd(fc.string()), impossible: odd(fc.boolean()) },
          { requiredKeys: [] },
        )
        .map((value) => JSON.stringify(value)),
      anyJson.map((value) => JSON.stringify(value)),
      fc.string(),
    ),
  }),
  open: () => {
    const { spec } = handlerOf("PreToolUse", true, "prompt");
    if (spec.type !== "prompt") throw new Error("no prompt hook");
    const deps = { config: { allowedUrls: undefined, allowedEnv: undefined }, dir: "/", projectDir: "/" };
    return async ({ around: [before, behind], text }) => {
      const asked: string[] = [];
      const askModel = (prompt: string): Promise<string> => {
        asked.push(prompt);
        return Promise.resolve(`${before}${text}${behind}`);
      };
      const json = '{"tool_name":"$& $ARGUMENTS"}';
      const result = await runPromptHook(
        { ...deps, env: {}, hostEnv: {}, newId: () => "id", askModel },
        spec,
        { event: "PreToolUse", payload: {}, json },
        NEVER,
      );
      must(asked).toEqual([`Well?\n\n${json}`]);
      if (result.kind === "verdict") must(text).toContain(`"ok":${result.verdict.ok}`);
      else must(result.kind).toBe("failed");
      refusePollution();
    };
  },
});

export const hookProperties: readonly Fuzz[] = [configurations, answers, verdicts];
