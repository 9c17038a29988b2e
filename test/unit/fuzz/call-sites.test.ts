import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ALL_PROPERTIES } from "../../support/fuzz-all.ts";

const ROOT = join(import.meta.dirname, "../../..");
/** Where bytes become values: JSON, YAML, and schemas. */
const PARSES = /\bJSON\.parse\(|\.safeParse\(|\bparseDocument\(|(?<!\bDate)\.parse\((?!\))/;

const OWN = "parses what this process has just made";
const READ = "picks blocks out of a transcript that src/runtime/transcript.ts has read";
const NAME = "a name, by a schema that the properties of names and arguments try";
const SHOWN = "a listing of ours, checked before it is shown";

/** Files that parse and need no property, and why. */
const EXEMPT: Readonly<Record<string, string>> = {
  "src/agent/model-facts.ts":
    "what a server says of a model; every field may be missing or of another type, which counts as not said",
  "src/agent/tools/line-matcher.ts": "the answer of our own worker thread",
  "src/agent/probe-server.ts":
    "as src/agent/model-facts.ts: an answer of a model server, of which a list of names is taken",
  "src/base/package-version.ts": "the manifest of this package",
  "src/cli/budget-argument.ts": "a number that a pattern let through",
  "src/cli/commands/agent/budget.ts": SHOWN,
  "src/cli/commands/agent/list.ts": SHOWN,
  "src/cli/commands/agent/logs.ts": NAME,
  "src/cli/commands/agent/show.ts": SHOWN,
  "src/cli/commands/agent/steer.ts": SHOWN,
  "src/cli/commands/agent/stop.ts": NAME,
  "src/cli/commands/create.ts": NAME,
  "src/cli/events-view.ts":
    "as src/runtime/tool-items.ts; test/unit/fuzz/system.test.ts shows odd events to it",
  "src/cli/look-at-team.ts": SHOWN,
  "src/cli/open-or-create.ts": NAME,
  "src/cli/plan-team.ts": OWN,
  "src/cli/program.ts": "flags, as commander has parsed them",
  "src/cli/run-headless.ts": NAME,
  "src/cli/refuse-stranger.ts": "a mode, which counts as the usual one when it is none",
  "src/cli/run-program.ts": "an error that Node threw",
  "src/cli/team-file-writer.ts": NAME,
  "src/cli/team-session.ts": NAME,
  "src/runtime/confinement.ts": "a part of settings that a schema has let through, by that schema",
  "src/runtime/untrusted.ts": "blocks of a conversation; what has another shape brought nothing in",
  "src/runtime/ask-for-life.ts": OWN,
  "src/runtime/audit.ts": OWN,
  "src/runtime/audit-verify.ts": NAME,
  "src/runtime/by-hand.ts": OWN,
  "src/runtime/create-team.ts": OWN,
  "src/runtime/hooks/prompt-hooks.ts": OWN,
  "src/runtime/member-calls.ts": "a word of an agent's definition, which src/plugins has read",
  "src/runtime/member-end.ts": OWN,
  "src/runtime/member-sandbox.ts": "the input of a call, which the tool parses again before it runs",
  "src/runtime/repair-cursors.ts": NAME,
  "src/runtime/repair-folder.ts": NAME,
  "src/runtime/repair-runs.ts":
    "asks only whether run.json is one; src/store/files/presence-files.ts reads it",
  "src/runtime/repair-walk.ts": NAME,
  "src/runtime/usual-mode.ts":
    "one word of settings that are read already; what is no mode counts as default",
  "src/runtime/server-file.ts": "a cache; test/unit/runtime/server-facts.test.ts shows odd files to it",
  "src/runtime/settings-trouble.ts":
    "rules of settings that are read already; test/unit/agent/gate/properties.test.ts has any rule parsed",
  "src/runtime/start-team.ts": OWN,
  "src/runtime/supervisor-spawn.ts": OWN,
  "src/runtime/workspace.ts": OWN,
  "src/runtime/subagent-resume.ts": READ,
  "src/runtime/subagent-run.ts": OWN,
  "src/runtime/unfinished-writes.ts": READ,
  "src/store/files/open-logs.ts": NAME,
  "src/team/commit.ts": OWN,
  "src/team/task-rules.ts": OWN,
};

function parsingFiles(): readonly string[] {
  return readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `src/${name}`)
    .filter((path) => PARSES.test(readFileSync(join(ROOT, path), "utf8")));
}

const fuzzed = new Set(ALL_PROPERTIES.flatMap(({ parsers }) => parsers));

test("every file that parses is named by a property, or by a reason why it needs none", () => {
  const open = parsingFiles().filter((path) => !fuzzed.has(path) && !(path in EXEMPT));

  expect(open).toEqual([]);
});

test("no property and no reason speaks of a file that is gone or no longer parses", () => {
  const parsing = new Set(parsingFiles());
  const there = new Set(
    readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).map((name) => `src/${name}`),
  );

  expect(Object.keys(EXEMPT).filter((path) => !parsing.has(path) || fuzzed.has(path))).toEqual([]);
  expect([...fuzzed].filter((path) => !there.has(path))).toEqual([]);
});

test("docs/reliability.md lists every property", () => {
  const page = readFileSync(join(ROOT, "docs/reliability.md"), "utf8");

  expect(ALL_PROPERTIES.map(({ title }) => title).filter((title) => !page.includes(title))).toEqual([]);
});
