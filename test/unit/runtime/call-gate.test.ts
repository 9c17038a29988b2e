import { expect, test } from "vitest";
import type { PermissionMode } from "../../../src/agent/gate/behavior.ts";
import { parseRule, type Rule } from "../../../src/agent/gate/rule.ts";
import { compileRules } from "../../../src/agent/gate/rule-set.ts";
import type { Answer, Question } from "../../../src/runtime/approvals.ts";
import type { AuditLine } from "../../../src/runtime/audit.ts";
import {
  type Caller,
  type CallGateDeps,
  type GateHooks,
  openCallGate,
} from "../../../src/runtime/call-gate.ts";
import { digestOf } from "../../../src/team/approvals.ts";

const DIR = "/srv/app";
const NEVER = new AbortController().signal;

function rule(text: string, behavior: "allow" | "ask" | "deny"): Rule {
  const parsed = parseRule(text, behavior, { scope: "user", file: "settings.json", root: DIR });
  if ("what" in parsed) throw new Error(parsed.what);
  return parsed;
}

interface World {
  readonly lines: AuditLine[];
  readonly questions: Question[];
  readonly denials: string[];
}

type Changes = Partial<Omit<CallGateDeps, "rulebook">> & {
  readonly rules?: readonly Rule[];
  readonly mode?: PermissionMode;
  readonly hooks?: Partial<GateHooks>;
};

/** A gate over these rules, whose person answers `answer`; everything that it does is in `world`. */
function gateWith(answer: Answer, { rules = [], mode = "default", hooks: given, ...changes }: Changes = {}) {
  const world: World = { lines: [], questions: [], denials: [] };
  const gate = openCallGate({
    rulebook: {
      now: () => ({ set: compileRules(rules), settings: {}, mode: "default", folders: [] }),
      refresh: () => Promise.resolve(),
    },
    context: () => ({
      mode,
      rules: compileRules(rules),
      cwd: DIR,
      folders: [DIR],
      home: "/home/u",
      isConfined: false,
      realPath: (path) => path,
    }),
    refusal: () => undefined,
    clearance: () => Promise.resolve(undefined),
    digestOf,
    deniedTo: () => undefined,
    ask: (question) => {
      world.questions.push(question);
      return Promise.resolve(answer);
    },
    anchored: (text) => text.replace("(/", "(//srv/app/"),
    record: (line) => {
      world.lines.push(line);
      return Promise.resolve();
    },
    ...changes,
  });
  const hooks: GateHooks = {
    before: () => Promise.resolve({ behavior: undefined, reason: undefined, input: undefined, by: [] }),
    request: () => Promise.resolve(undefined),
    denied: (_call, reason) => {
      world.denials.push(reason);
      return Promise.resolve(false);
    },
    ...given,
  };
  return { gate: gate.gateFor(hooks), child: (caller: Caller) => gate.gateFor(hooks, caller), world };
}

const YES: Answer = { verdict: "allow" };
const npm = { id: "c1", name: "Bash", input: { command: "npm run build" } };

test("what rules allow runs, what they deny does not, and each is a line of the audit log", async () => {
  const { gate, world } = gateWith(YES, {
    rules: [rule("Bash(npm run *)", "allow"), rule("Bash(npm run deploy)", "deny")],
  });

  expect(await gate(npm, NEVER)).toEqual({ allowed: true });
  const denied = await gate({ ...npm, input: { command: "npm run deploy" } }, NEVER);

  expect(denied).toMatchObject({ allowed: false, reason: /Bash\(npm run deploy\)/ });
  expect(world.lines.map(({ decision, rule: by, actor }) => [decision, by, actor])).toEqual([
    ["allow", "Bash(npm run *)", "rules"],
    ["deny", "Bash(npm run deploy)", "rules"],
  ]);
  expect(world.lines[0]?.argsHash).toBe(digestOf("Bash", npm.input));
  expect(world.questions).toEqual([]);
  expect(world.denials).toHaveLength(1);
});

test("what nobody decided a person is asked, with the rule that always would add", async () => {
  const { gate, world } = gateWith(YES);
  const edit = { id: "c2", name: "Edit", input: { file_path: "src/a.ts", old_string: "a", new_string: "b" } };

  expect(await gate(npm, NEVER)).toEqual({ allowed: true });
  await gate(edit, NEVER);

  expect(world.questions).toMatchObject([
    { kind: "permission", tool: "Bash", summary: "npm run build" },
    { tool: "Edit", rule: "Edit(//srv/app/src/a.ts)" },
  ]);
  expect(world.questions[0]?.rule).toMatch(/^Bash\(npm run build/);
  expect(world.lines[0]).toMatchObject({ decision: "allow", actor: "user" });
});

test("a person's no reaches the model with their words", async () => {
  const { gate, world } = gateWith({ verdict: "deny", note: "use pnpm" });

  expect(await gate(npm, NEVER)).toMatchObject({ allowed: false, reason: /use pnpm/ });
  expect(world.lines).toMatchObject([{ decision: "deny", actor: "user" }]);
});

test("a question that nobody answered is no person's no", async () => {
  const { gate, world } = gateWith({ verdict: "deny", note: "the turn was interrupted", unanswered: true });

  expect(await gate(npm, NEVER)).toEqual({
    allowed: false,
    reason: "A person has to allow it, and did not: the turn was interrupted.",
  });
  expect(world.lines).toMatchObject([{ decision: "deny", actor: "rules" }]);
});

test("a command that is too long to be shown whole is allowed this once only", async () => {
  const { gate, world } = gateWith(YES);

  await gate({ ...npm, input: { command: `npm run build -- ${"x".repeat(3_000)}` } }, NEVER);

  expect(world.questions[0]).toMatchObject({ kind: "permission" });
  expect(world.questions[0]?.rule).toBeUndefined();
});

test("a hook that changes the input sends the call back to the beginning, and the changed call is what runs", async () => {
  const { gate, world } = gateWith(YES, {
    rules: [rule("Bash(npm run deploy)", "deny")],
    hooks: {
      before: (call) =>
        Promise.resolve({
          behavior: undefined,
          reason: undefined,
          input: JSON.stringify(call.input).includes("build") ? { command: "npm run deploy" } : undefined,
          by: [],
        }),
      request: () => Promise.resolve(undefined),
      denied: () => Promise.resolve(false),
    },
  });

  expect(await gate(npm, NEVER)).toMatchObject({ allowed: false, reason: /deploy/ });
  expect(world.questions).toEqual([]);
});

test("hooks that go on changing the input without end are a no", async () => {
  let count = 0;
  const { gate } = gateWith(YES, {
    hooks: {
      before: () =>
        Promise.resolve({
          behavior: undefined,
          reason: undefined,
          input: { command: `echo ${++count}` },
          by: [],
        }),
      request: () => Promise.resolve(undefined),
      denied: () => Promise.resolve(false),
    },
  });

  expect(await gate(npm, NEVER)).toMatchObject({ allowed: false, reason: /Hooks changed its input/ });
});

test("a hook's allow passes what would be asked, and no deny or ask rule", async () => {
  const hooks: GateHooks = {
    before: () => Promise.resolve({ behavior: "allow", reason: undefined, input: undefined, by: [] }),
    request: () => Promise.resolve(undefined),
    denied: () => Promise.resolve(false),
  };
  const free = gateWith({ verdict: "deny" }, { hooks });
  const bound = gateWith({ verdict: "deny" }, { hooks, rules: [rule("Bash(npm *)", "ask")] });

  expect(await free.gate(npm, NEVER)).toEqual({ allowed: true });
  expect(await bound.gate(npm, NEVER)).toMatchObject({ allowed: false });
  expect(bound.world.questions).toHaveLength(1);
});

test("a PermissionRequest hook stands in for the person", async () => {
  const { gate, world } = gateWith(YES, {
    hooks: {
      before: () => Promise.resolve({ behavior: undefined, reason: undefined, input: undefined, by: [] }),
      request: (_call, suggestions) =>
        Promise.resolve({
          behavior: "deny",
          reason: JSON.stringify(suggestions),
          input: undefined,
          updatedPermissions: [],
          interrupts: false,
        }),
      denied: () => Promise.resolve(false),
    },
  });

  const verdict = await gate(npm, NEVER);

  expect(verdict).toMatchObject({ allowed: false, reason: /"type":"addRules".*"toolName":"Bash"/ });
  expect(world.questions).toEqual([]);
});

const hook = { id: "c9", name: "Write", input: { file_path: ".git/hooks/pre-commit", content: "x" } };
const opened = { allowed: true, cleared: { protectedPaths: ["/srv/app/.git/hooks/pre-commit"] } };

test("L14 a person's yes to a protected path goes with the verdict, for that path alone", async () => {
  const { gate, world } = gateWith(YES);

  expect(await gate(hook, NEVER)).toEqual(opened);
  expect(world.questions[0]?.reason).toMatch(/protected path/);
  expect(await gate({ ...hook, input: { file_path: "src/a.ts", content: "x" } }, NEVER)).toEqual({
    allowed: true,
  });
});

test("L14 a person's yes opens it too when a rule had asked; the mode that asks nobody opens it", async () => {
  const asking = gateWith(YES, { rules: [rule("Edit", "ask")], mode: "bypassPermissions" });
  const open = gateWith(YES, { mode: "bypassPermissions" });

  expect(await asking.gate(hook, NEVER)).toEqual(opened);
  expect(await open.gate(hook, NEVER)).toEqual(opened);
  expect([asking.world.questions.length, open.world.questions.length]).toEqual([1, 0]);
});

const nods: Partial<GateHooks> = {
  before: () => Promise.resolve({ behavior: "allow", reason: undefined, input: undefined, by: ["h"] }),
};
const standsIn: Partial<GateHooks> = { request: () => Promise.resolve({ behavior: "allow" } as never) };

test("L14 no hook opens a protected path: not one before the call, not one in a person's place", async () => {
  const inPlace = gateWith(YES, { hooks: standsIn });

  expect(await inPlace.gate(hook, NEVER)).toEqual({ allowed: true });
  expect(await gateWith(YES, { mode: "bypassPermissions", hooks: nods }).gate(hook, NEVER)).toEqual({
    allowed: true,
  });
});

test("L20 what a person denied one member is asked again when another one comes with it, whatever the mode", async () => {
  const { gate, world } = gateWith(
    { verdict: "deny" },
    {
      mode: "bypassPermissions",
      deniedTo: (digest) => (digest === digestOf("Bash", npm.input) ? "bob" : undefined),
    },
  );

  await gate(npm, NEVER);
  await gate({ ...npm, input: { command: "npm run other" } }, NEVER);

  expect(world.questions).toMatchObject([{ reason: /denied exactly this call to bob/ }]);
  expect(world.questions[0]?.rule).toBeUndefined();
});

test("L20 a subagent's mode can only narrow its member's", async () => {
  const edit = { id: "c2", name: "Edit", input: { file_path: "src/a.ts", old_string: "a", new_string: "b" } };
  const wide = gateWith({ verdict: "deny" }, { mode: "default" });
  const narrow = gateWith({ verdict: "deny" }, { mode: "acceptEdits" });

  await wide.child({ id: "s1", permissionMode: "bypassPermissions" })(edit, NEVER);
  const planned = await narrow.child({ id: "s1", permissionMode: "plan" })(edit, NEVER);

  expect(wide.world.questions).toMatchObject([{ sub: "s1" }]);
  expect(planned).toMatchObject({ allowed: false });
  expect(narrow.world.lines).toMatchObject([{ sub: "s1", decision: "deny" }]);
});

test("a decision that cannot be written down is not acted on", async () => {
  const { gate } = gateWith(YES, { record: () => Promise.reject(new Error("disk full")) });

  await expect(gate(npm, NEVER)).rejects.toThrow("disk full");
});

test("a tool that the member has not got is refused before anybody is asked", async () => {
  const { gate, world } = gateWith(YES, { refusal: ({ name }) => `${name} is not among your tools.` });

  expect(await gate(npm, NEVER)).toEqual({ allowed: false, reason: "Bash is not among your tools." });
  expect(world.questions).toEqual([]);
});

test("where there is no sandbox a command waits for the word of a person, and a no is told with the reason", async () => {
  const { gate, world } = gateWith(YES, {
    rules: [rule("Bash", "allow")],
    clearance: ({ name }) => Promise.resolve(name === "Bash" ? "There is no sandbox here." : undefined),
  });

  expect(await gate(npm, NEVER)).toEqual({ allowed: false, reason: "There is no sandbox here." });
  expect(world.lines).toMatchObject([{ decision: "deny", rule: "sandbox" }]);
});

test.each([
  ["npm run deploy", false],
  ["npm run test", true],
])(
  "an input that a PermissionRequest hook puts in the place of the model's is judged too: %s",
  async (command, allowed) => {
    const { gate, world } = gateWith(YES, {
      rules: [rule("Bash(npm run deploy)", "deny")],
      hooks: {
        request: () =>
          Promise.resolve({
            behavior: "allow",
            reason: undefined,
            input: { command },
            updatedPermissions: [],
            interrupts: false,
          }),
      },
    });

    const verdict = await gate(npm, NEVER);

    expect(verdict).toMatchObject(allowed ? { allowed, input: { command } } : { allowed });
    expect(world.questions).toEqual([]);
  },
);
