import { expect, test } from "vitest";
import type { Behavior } from "../../../../src/agent/gate/behavior.ts";
import { narrower } from "../../../../src/agent/gate/behavior.ts";
import { decide } from "../../../../src/agent/gate/decide.ts";
import { isProblem, parseRule } from "../../../../src/agent/gate/rule.ts";
import { isRemoved } from "../../../../src/agent/gate/rule-set.ts";
import { fromRoot } from "../../../../src/agent/gate/suggestion.ts";
import { bash, contextOf, ruleOf, SOURCE } from "../../../support/gate-world.ts";

function problem(text: string, behavior: Behavior): string {
  const parsed = parseRule(text, behavior, SOURCE);
  if (!isProblem(parsed)) return "none";
  return [parsed.isFatal ? "fatal" : "told", parsed.what, parsed.hint]
    .filter((part) => part !== undefined)
    .join("; ");
}

test.each([
  [
    "Write(src/**)",
    "allow",
    "fatal; Write(…) would never match: paths are named by Edit; write Edit(src/**)",
  ],
  ["Write(src/**)", "deny", "fatal; Write(…) would never match: paths are named by Edit; write Edit(src/**)"],
  [
    "NotebookEdit(a.ipynb)",
    "ask",
    "fatal; NotebookEdit(…) would never match: paths are named by Edit; write Edit(a.ipynb)",
  ],
  ["MultiEdit(a)", "allow", "fatal; MultiEdit(…) would never match: paths are named by Edit; write Edit(a)"],
  ["Glob(src/**)", "deny", "fatal; Glob(…) would never match: paths are named by Read; write Read(src/**)"],
  ["Grep(src)", "allow", "fatal; Grep(…) would never match: paths are named by Read; write Read(src)"],
  [
    "Write(file_path:/x)",
    "deny",
    "fatal; the field file_path is what rules of Write are about anyway; write Edit(/x)",
  ],
  [
    "Bash(command:rm *)",
    "deny",
    "fatal; the field command is what rules of Bash are about anyway; write Bash(rm *)",
  ],
  [
    "WebFetch(url:http://x/)",
    "deny",
    "fatal; the field url is what rules of WebFetch are about anyway; write WebFetch(domain:example.org)",
  ],
  [
    "WebFetch(example.org)",
    "allow",
    "told; the address is named by its domain; write WebFetch(domain:example.org)",
  ],
  [
    "WebFetch(domain:https://x)",
    "deny",
    "fatal; the address is named by its domain; write WebFetch(domain:example.org)",
  ],
  ["mcp__*", "allow", "told; an allow rule for several tools has to name their server; write mcp__server__*"],
  ["*", "allow", "told; an allow rule for several tools has to name their server; write mcp__server__*"],
  [
    "mcp__git*__get",
    "allow",
    "told; an allow rule for several tools has to name their server; write mcp__server__*",
  ],
  ["mcp__srv__*", "allow", "none"],
  ["mcp__*", "ask", "none"],
  ["*", "deny", "none"],
  ["Agent(model:opus)", "deny", "none"],
  [
    "mcp__s__t(model:opus)",
    "allow",
    "told; fields of the input are for deny and ask rules only; write mcp__s__t, or mcp__s__t(field:value) in deny or ask",
  ],
  [
    "mcp__s__t(x)",
    "deny",
    "fatal; mcp__s__t has no rules with a pattern; write mcp__s__t, or mcp__s__t(field:value) in deny or ask",
  ],
  [
    "Read(../x)",
    "deny",
    "fatal; a pattern cannot go up with ..; write the path from /, ~ or the working folder: //abs, ~/p, /p, p",
  ],
  [
    "Read(!x)",
    "deny",
    "fatal; a pattern that takes away (!) is not read; write the path from /, ~ or the working folder: //abs, ~/p, /p, p",
  ],
  ["Bash()", "deny", "fatal; the parentheses are empty; write Bash"],
  ["Bash(ls", "deny", "fatal; this is no rule; write Tool or Tool(pattern)"],
  ["", "allow", "told; this is no rule; write Tool or Tool(pattern)"],
  [
    "constructor(x)",
    "allow",
    "told; constructor has no rules with a pattern; write constructor, or constructor(field:value) in deny or ask",
  ],
] as const)("the rule %j in %s: %s", (text, behavior, expected) => {
  expect(problem(text, behavior)).toBe(expected);
});

test("a rule of more than 2,000 characters is refused", () => {
  expect(problem(`Bash(${"x".repeat(2_000)})`, "deny")).toBe("fatal; a rule has at most 2000 characters");
});

test.each([
  ["npx *", "it allows whatever program is named behind it"],
  ["docker exec:*", "it allows whatever program is named behind it"],
  ["devbox run *", "it allows whatever program is named behind it"],
  ["watch *", "no pattern covers this command: only a rule for exactly the command that runs"],
  ["find * -exec *", undefined],
  ["find . -exec *", "no pattern covers this command: only a rule for exactly the command that runs"],
  ["npx tsc", undefined],
  ["npm run *", undefined],
] as const)("whoever writes Bash(%s) is warned: %s", (pattern, warning) => {
  expect(ruleOf(`Bash(${pattern})`, "allow").warning).toBe(warning);
  expect(ruleOf(`Bash(${pattern})`, "deny").warning).toBeUndefined();
});

test("a tool that is denied as a whole is removed, and one that is denied in part is not", () => {
  const { rules } = contextOf({
    rules: [
      ruleOf("Edit", "deny"),
      ruleOf("Bash(rm *)", "deny"),
      ruleOf("mcp__srv", "deny"),
      ruleOf("Grep", "ask"),
    ],
  });

  expect(
    ["Edit", "Write", "Bash", "mcp__srv__x", "mcp__other__x", "Grep"].map((tool) => isRemoved(rules, tool)),
  ).toEqual([true, true, false, true, false, false]);
});

test("the narrower mode is the one that lets less run", () => {
  expect(narrower("bypassPermissions", "default")).toBe("default");
  expect(narrower("plan", "acceptEdits")).toBe("plan");
  expect(narrower("default", "dontAsk")).toBe("dontAsk");
  expect(narrower("acceptEdits", "acceptEdits")).toBe("acceptEdits");
});

test.each([
  ["npm run build", "Bash(npm run build)"],
  ["git commit -m 'a; b'", "Bash(git commit *)"],
  ["cargo build --release", "Bash(cargo build *)"],
  ["make test", "Bash(make test)"],
  ["make && rm x", undefined],
  ["make $(x)", undefined],
  ["make $X", undefined],
  ["make > log", undefined],
  ["A=1 make", undefined],
  ["timeout 5 make", undefined],
  ["python -c 'x'", undefined],
  ["bash x.sh", undefined],
  ["sudo make", undefined],
  ["rm -rf build", undefined],
  ["make 'a*'", undefined],
  [`make ${"x".repeat(300)}`, undefined],
  ["find . -exec x", undefined],
] as const)("always for %j would add %s", (command, rule) => {
  const { behavior, suggestion } = bash(command);

  expect([behavior, suggestion]).toEqual(["ask", rule]);
});

test.each([
  ["Write", { file_path: "src/a.ts" }, "Edit(/src/a.ts)"],
  ["Write", { file_path: "src/a[1]*.ts" }, String.raw`Edit(/src/a\[1\]\*.ts)`],
  ["Edit", { file_path: "/etc/x" }, "Edit(//etc/x)"],
  ["Read", { file_path: "/etc/x" }, "Read(//etc/x)"],
  ["WebFetch", { url: "https://Example.com./x" }, "WebFetch(domain:example.com)"],
  ["mcp__srv__tool", {}, "mcp__srv__tool"],
  ["Skill", { skill: "deploy" }, "Skill(deploy)"],
  ["Agent", { subagent_type: "tester" }, "Agent(tester)"],
  ["Write", { file_path: ".git/config" }, undefined],
] as const)("always for %s %j would add %s, and that allows it", (name, input, suggestion) => {
  const asked = decide(contextOf({}), { name, input });

  expect([asked.behavior, asked.suggestion]).toEqual(["ask", suggestion]);

  const rules = suggestion === undefined ? [] : [ruleOf(suggestion, "allow")];
  expect(decide(contextOf({ rules }), { name, input }).behavior).toBe(
    suggestion === undefined ? "ask" : "allow",
  );
});

test("a kept rule means the folder it was made in, whatever is in its name", () => {
  expect(fromRoot("Edit(/src/a)", "/w/app")).toBe("Edit(//w/app/src/a)");
  expect(fromRoot("Edit(/src/a)", "/w/[app]*")).toBe("Edit(//w/\\[app\\]\\*/src/a)");
  expect(fromRoot("Read(//etc/x)", "/w/app")).toBe("Read(//etc/x)");
  expect(fromRoot("Bash(make)", "/w/app")).toBe("Bash(make)");
});
