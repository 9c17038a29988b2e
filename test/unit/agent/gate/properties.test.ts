import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Behavior, PermissionMode } from "../../../../src/agent/gate/behavior.ts";
import { decide } from "../../../../src/agent/gate/decide.ts";
import { type Decision, stricter } from "../../../../src/agent/gate/decision.ts";
import type { Standing } from "../../../../src/agent/gate/gate-context.ts";
import { isProblem, parseRule, type Rule } from "../../../../src/agent/gate/rule.ts";
import { contextOf, ruleOf, SOURCE, type World } from "../../../support/gate-world.ts";

const RANK: Readonly<Record<Behavior, number>> = { allow: 0, ask: 1, deny: 2 };
const rank = ({ behavior }: Decision): number => RANK[behavior];

const MODES: readonly PermissionMode[] = ["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"];
const PATTERNS = `Bash
Bash(ls *)|Bash(rm *)|Bash(rm*)|Bash(make)|Bash(make *)|Bash(* -f*)|Bash(git *)|Bash(echo:*)|Bash(A=1 *)|Bash(watch *)
Bash(find *)|Bash(cat a > b)|Bash(x:1)|Read|Edit|Read(.env)|Read(src/**)|Edit(src/**)|Edit(/a)|Edit(*.ts)|Read(//etc/**)
Read(~/x)|WebFetch|WebFetch(domain:a.b)|WebFetch(domain:*.b)|WebFetch(domain:*)|mcp__s|mcp__s__t|mcp__s__*|Agent|Agent(x)
Skill(x)|Skill(x *)|Cd(src)|Grep|Glob`.split(/[|\n]/);
const COMMANDS = String.raw`ls
ls -la|ls *|rm a|rm -rf /|rm -rf $X/|r\m a|'rm' a|/bin/rm -f a|make|make -f x|echo $X|echo ~|cat .env|cat src/a|cat /etc/x
$X a|A=1 make|CI=1 make|git status|git -c a=b log|watch ls|find . -exec rm {} +|xargs rm|sudo rm a|bash -c 'rm a'|bash
timeout 5 make|cd src|cd /|touch a|mv a b|sed -i s/a/b/ f|sed s/a/b/e f|tee .env|case x|f() { a; }|echo "|cp a .git/x`.split(
  /[|\n]/,
);
const REDIRECTS = [
  "",
  " > a",
  " >> src/a",
  " < .env",
  " > /etc/x",
  " > $X",
  " > /dev/null",
  " 2>&1",
  " > .git/x",
];
const JOINS = [" && ", " || ", "; ", " | ", " & ", "\n"];

const simple = fc
  .tuple(fc.constantFrom(...COMMANDS), fc.constantFrom(...REDIRECTS))
  .map((parts) => parts.join(""));
const inner = fc.oneof(
  { weight: 4, arbitrary: simple },
  simple.map((one) => `echo $(${one})`),
  simple.map((one) => `(${one})`),
  simple.map((one) => `if true; then ${one}; fi`),
);
const command = fc
  .array(fc.tuple(inner, fc.constantFrom(...JOINS)), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.flat().slice(0, -1).join(""));
const path = fc.constantFrom(
  "a",
  "a.ts",
  "src/a.ts",
  ".env",
  "x/.env",
  ".git/x",
  "/etc/x",
  "~/x",
  "out/x",
  "in/a",
  "secret",
  "../x",
  "",
);
const call = fc.oneof(
  {
    weight: 3,
    arbitrary: command.map((text) => ({ name: "Bash", input: { command: text, x: 1 } as unknown })),
  },
  fc
    .tuple(fc.constantFrom("Read", "Edit", "Write", "MultiEdit"), path)
    .map(([name, file_path]) => ({ name, input: { file_path } })),
  path.map((one) => ({ name: "Grep", input: { path: one, pattern: "x" } })),
  path.map((one) => ({ name: "Glob", input: { pattern: one } })),
  fc
    .constantFrom("http://a.b/", "https://x.a.b/", "ftp://a.b")
    .map((url) => ({ name: "WebFetch", input: { url } })),
  fc
    .constantFrom("mcp__s__t", "mcp__s__u", "mcp__o__t", "SendMessage")
    .map((name) => ({ name, input: { x: 1 } })),
  fc.constantFrom("x", "y").map((skill) => ({ name: "Skill", input: { skill } })),
);
const rule = (behavior: fc.Arbitrary<Behavior>): fc.Arbitrary<Rule> =>
  fc.tuple(fc.constantFrom(...PATTERNS), behavior).map(([text, one]) => ruleOf(text, one));
const rules = fc.array(rule(fc.constantFrom("allow", "allow", "ask", "deny")), { maxLength: 8 });
const world: fc.Arbitrary<World> = fc.record({
  rules,
  mode: fc.constantFrom(...MODES),
  isConfined: fc.boolean(),
  standing: fc
    .constantFrom<Standing | undefined>("free", "reads", "asks", "blocked", undefined)
    .map((standing) => (tool: string) => (/^(mcp__s|Send)/.test(tool) ? standing : undefined)),
});
const hook = fc.constantFrom<Behavior | undefined>(undefined, "allow", "ask", "deny");

test.each(["deny", "ask"] as const)(
  "L20 adding a rule that says %s never turns a verdict looser",
  (behavior) => {
    let changed = 0;
    fc.assert(
      fc.property(world, call, hook, rule(fc.constant(behavior)), (given, one, said, added) => {
        const before = decide(contextOf(given), one, said);
        const after = decide(contextOf({ ...given, rules: [...(given.rules ?? []), added] }), one, said);

        if (rank(after) !== rank(before)) changed++;
        expect(rank(after)).toBeGreaterThanOrEqual(rank(before));
      }),
      { numRuns: 400 },
    );
    expect(changed).toBeGreaterThan(0);
  },
);

test("adding an allow rule never turns a verdict stricter", () => {
  fc.assert(
    fc.property(world, call, hook, rule(fc.constant("allow")), (given, one, said, added) => {
      const before = decide(contextOf(given), one, said);
      const after = decide(contextOf({ ...given, rules: [...(given.rules ?? []), added] }), one, said);

      expect(rank(after)).toBeLessThanOrEqual(rank(before));
    }),
    { numRuns: 400 },
  );
});

test("L20 a child is never allowed what its parent is not, whatever its own rules and mode", () => {
  fc.assert(
    fc.property(world, world, call, (child, parent, one) => {
      const own = decide(contextOf(child), one);
      const above = decide(contextOf(parent), one);
      const both = stricter(own, above);

      expect(rank(both)).toBe(Math.max(rank(own), rank(above)));
      expect([own, above]).toContain(both);
    }),
    { numRuns: 400 },
  );
});

test("what a person is offered as always does allow that call", () => {
  let offered = 0;
  fc.assert(
    fc.property(world, call, (given, one) => {
      const { suggestion } = decide(contextOf(given), one);
      if (suggestion === undefined) return;
      offered++;
      const parsed = ruleOf(suggestion, "allow");
      expect(decide(contextOf({ ...given, rules: [...(given.rules ?? []), parsed] }), one).behavior).toBe(
        "allow",
      );
    }),
    { numRuns: 400 },
  );
  expect(offered).toBeGreaterThan(0);
});

test("L25 any rule and any call are answered without a throw", () => {
  const name = fc.oneof(
    fc.constantFrom("Bash", "Read", "Glob", "WebFetch", "__proto__", "toString", "mcp__"),
    fc.string(),
  );
  const input = fc.oneof(
    fc.anything({ maxDepth: 1 }),
    fc.dictionary(
      fc.constantFrom("command", "file_path", "url", "path", "pattern"),
      fc.string({ unit: "binary" }),
    ),
  );
  const line = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.tuple(name, fc.string()).map(([tool, text]) => `${tool}(${text})`),
  );
  fc.assert(
    fc.property(world, fc.array(line, { maxLength: 4 }), name, input, (given, lines, tool, sent) => {
      const parsed = lines.flatMap((text) =>
        (["allow", "ask", "deny"] as const).map((one) => parseRule(text, one, SOURCE)),
      );
      const found = parsed.filter((one): one is Rule => !isProblem(one));
      const { behavior } = decide(contextOf({ ...given, rules: found }), { name: tool, input: sent });

      expect(["allow", "ask", "deny"]).toContain(behavior);
    }),
    { numRuns: 400 },
  );
});

test("a command in company is never judged looser than alone", () => {
  fc.assert(
    fc.property(world, simple, simple, fc.constantFrom(...JOINS), (given, one, other, join) => {
      // A quote that one opens and the other closes makes one string of what stands between: no command in company.
      fc.pre(!one.includes('"') || !other.includes('"'));
      const verdict = (text: string): number =>
        rank(decide(contextOf(given), { name: "Bash", input: { command: text } }));

      expect(verdict(`${one}${join}${other}`)).toBeGreaterThanOrEqual(Math.min(2, verdict(one)));
    }),
    { numRuns: 400 },
  );
});
