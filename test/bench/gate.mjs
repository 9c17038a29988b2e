import { built } from "./ours.mjs";
import { sizesOf } from "./sizes.mjs";
import { percentile } from "./statistics.mjs";

const FULL = { decisions: 5_000 };
const SMOKE = { decisions: 200 };
const RULES = 500;
const LONG = 9_000;
const SOURCE = { scope: "user", file: undefined, root: "/w/app" };
/** Written in turn with numbers; one in three allows, asks, denies. */
const FORMS = [
  (n) => `Bash(tool${n} run *)`,
  (n) => `Edit(src/part${n}/**)`,
  (n) => `Read(**/secret${n}/*.pem)`,
  (n) => `mcp__server${n}__get_*`,
  (n) => `Bash(git push origin branch${n}*)`,
  (n) => `WebFetch(domain:*.host${n}.org)`,
  (n) => `Bash(* --flag${n}*)`,
];
const BEHAVIORS = ["allow", "ask", "deny"];

/** Calls that no rule decides: all 500 are asked. */
const USUAL = [
  { name: "Bash", input: { command: "npm run build --silent && git status | head -5" } },
  { name: "Bash", input: { command: "make test > out.log 2>&1" } },
  { name: "Edit", input: { file_path: "src/a/b/c/file.ts" } },
  { name: "Read", input: { file_path: "src/a/b/c/file.ts" } },
  { name: "WebFetch", input: { url: "https://docs.example.com/page" } },
  { name: "mcp__other__tool", input: {} },
];

function bash(command) {
  return { name: "Bash", input: { command: command.slice(0, LONG) } };
}

function repeated(make) {
  return Array.from({ length: LONG / 10 }, (_, index) => make(index)).join("");
}

const CASES = [
  { what: "usual calls", calls: USUAL },
  {
    what: "a file in a here-document",
    calls: [bash(`cat > f <<'X'\n${"some text of a file\n".repeat(440)}X`)],
  },
  {
    what: "one command with arguments",
    calls: [bash(`lint ${repeated((index) => `src/file${index}.ts `)}`)],
  },
  {
    what: "a chain of hundreds of commands",
    calls: [bash(`make ${repeated((index) => `t${index} && make `)}all`)],
    isShown: true,
  },
];

async function context() {
  const { parseRule } = await built("agent/gate/rule.js");
  const { compileRules } = await built("agent/gate/rule-set.js");
  const rules = Array.from({ length: RULES }, (_, index) =>
    parseRule(FORMS[index % FORMS.length](index), BEHAVIORS[index % BEHAVIORS.length], SOURCE),
  );
  return {
    mode: "default",
    rules: compileRules(rules),
    cwd: "/w/app",
    folders: ["/w/app", "/w/more"],
    home: "/home/u",
    isConfined: false,
    realPath: (path) => path,
  };
}

/**
 * One decision with 500 rules, in this process. Links are not followed: that is the disk's time.
 */
export async function gateDecision(_, options) {
  const { decisions } = sizesOf(FULL, SMOKE, options);
  const { decide } = await built("agent/gate/decide.js");
  const given = await context();
  return CASES.map(({ what, calls, isShown }) => {
    const one = (index) => decide(given, calls[index % calls.length]);
    for (let index = 0; index < decisions; index++) one(index);
    const times = [];
    for (let index = 0; index < decisions; index++) {
      const before = performance.now();
      one(index);
      times.push(performance.now() - before);
    }
    const ours = { p50Ms: percentile(times, 0.5), p99Ms: percentile(times, 0.99) };
    const target = isShown ? "shown" : "p99 < 1 ms";
    const row = { id: "gate", params: { what, rules: RULES }, ours, target, ok: isShown || ours.p99Ms < 1 };
    options.progress(row);
    return row;
  });
}
