import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const src = join(import.meta.dirname, "../../../src");
const commands = join(src, "cli/commands");

interface Imports {
  readonly fixed: readonly string[];
  /** Inside functions: loaded when the command runs. */
  readonly later: readonly string[];
}

/** Types are erased: they cost nothing. */
function importsOf(path: string): Imports {
  const text = readFileSync(path, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  const fixed = [...text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^"]*?\sfrom\s+)?"([^"]+)"/gm)];
  const later = [...text.matchAll(/\bimport\(\s*"([^"]+)"\s*\)/g)];
  return { fixed: fixed.map(([, name = ""]) => name), later: later.map(([, name = ""]) => name) };
}

/** Packages that are loaded with `path`, each with a way to it. `later` = also those that it loads when it runs. */
function packages(path: string, { later }: { readonly later: boolean }): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const seen = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const here = [...way, relative(src, file)];
    const { fixed, later: dynamic } = importsOf(file);
    for (const name of later ? [...fixed, ...dynamic] : fixed) {
      if (name.startsWith(".")) walk(resolve(dirname(file), name), here);
      else if (!name.startsWith("node:") && !found.has(name)) found.set(name, here.join(" → "));
    }
  };
  walk(path, []);
  return found;
}

/** The files that are loaded with `path`. */
function filesOf(path: string): readonly string[] {
  const seen = new Set<string>();
  const walk = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const name of importsOf(file).fixed) if (name.startsWith(".")) walk(resolve(dirname(file), name));
  };
  walk(path);
  return [...seen].map((file) => relative(src, file));
}

const files = readdirSync(commands, { recursive: true, encoding: "utf8" }).filter((name) =>
  name.endsWith(".ts"),
);
const light = [
  "send.ts",
  "inbox.ts",
  "status.ts",
  "timeline.ts",
  "cost.ts",
  "create.ts",
  "join.ts",
  "version.ts",
];
const tasks = files.filter((name) => name.startsWith("task/"));

/** Opening a store takes it only where the disk is another machine's. */
test("the lock library is loaded when it is needed", () => {
  expect(packages(join(src, "store/files/open-file-store.ts"), { later: false }).has("proper-lockfile")).toBe(
    false,
  );
});

test("there are commands to look at", () => {
  expect(files).toEqual(expect.arrayContaining([...light, "task/claim.ts", "agent/run.ts", "demo.ts"]));
  expect(tasks.length).toBeGreaterThan(10);
});

test.each(files)("%s loads nothing but zod with its first line", (name) => {
  expect([...packages(join(commands, name), { later: false }).keys()].filter((one) => one !== "zod")).toEqual(
    [],
  );
});

test("a command line starts with commander and zod alone, and with no command", () => {
  const start = join(src, "cli/command-line.ts");

  expect([...packages(start, { later: false }).keys()].toSorted()).toEqual(["commander", "zod"]);
  expect(
    filesOf(start).filter((name) =>
      /^(store|team|runtime|protocol\/(?!names)|cli\/(commands|output))/.test(name),
    ),
  ).toEqual([]);
});

test("--version is answered without a package, and with few files", () => {
  const start = join(src, "cli/main.ts");

  expect([...packages(start, { later: false }).keys()]).toEqual([]);
  expect(filesOf(start).length).toBeLessThanOrEqual(8);
});

test.each([...light, ...tasks])("%s builds no schema of what --json prints", (name) => {
  expect(filesOf(join(commands, name))).not.toContain("cli/output.ts");
});

/** Loaded for a member of a team file that has a role: its definition is YAML. */
const FOR_A_ROLE = "cli/plan-team.ts → runtime/role-definition.ts";

test.each([...light, ...tasks])("%s loads neither the SDK nor the YAML parser at run time", (name) => {
  const heavy = [...packages(join(commands, name), { later: true })].filter(
    ([one, way]) =>
      !["zod", "nanoid", "proper-lockfile", "brace-expansion"].includes(one) && !way.includes(FOR_A_ROLE),
  );

  expect(heavy).toEqual([]);
});

test("only agent run, and what asks where the model comes from, reaches the SDK", () => {
  const users = files.filter((name) =>
    packages(join(commands, name), { later: true }).has("@anthropic-ai/sdk"),
  );

  expect(users.filter((name) => !/^(agent\/run|demo|up|run|resume|doctor)\.ts$/.test(name))).toEqual([]);
  expect(users).toContain("agent/run.ts");
});

test("the walk finds a static import, a lazy one, and no type", () => {
  expect([...packages(join(src, "cli/program.ts"), { later: false }).keys()]).toContain("commander");
  expect(packages(join(commands, "agent/run.ts"), { later: true }).has("@anthropic-ai/sdk")).toBe(true);
  expect(packages(join(commands, "agent/run.ts"), { later: false }).has("@anthropic-ai/sdk")).toBe(false);
});
