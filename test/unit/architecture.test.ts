import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const src = join(root, "src");

interface Layer {
  /** Folders or single files of src/ that may be imported. */
  readonly src: readonly string[];
  readonly npm: readonly string[];
  /** Absent = every builtin. */
  readonly node?: readonly string[];
}

const everything = [
  "cli",
  "runtime",
  "plugins",
  "mcp",
  "agent",
  "team",
  "spawn",
  "store",
  "protocol",
  "base",
];

/** The import table of docs/architecture.md: who may import whom. */
const layers: Readonly<Record<string, Layer>> = {
  base: { src: [], npm: ["proper-lockfile", "nanoid"] },
  protocol: { src: [], npm: ["zod"], node: ["node:path"] },
  store: { src: ["protocol", "base"], npm: [] },
  team: { src: ["store", "protocol", "base"], npm: [], node: [] },
  agent: { src: ["base"], npm: ["@anthropic-ai/sdk", "brace-expansion", "zod"] },
  spawn: { src: ["protocol", "base"], npm: [] },
  plugins: { src: ["agent/tool.ts", "protocol", "base"], npm: ["yaml", "zod"] },
  mcp: { src: ["agent/tool.ts", "agent/cap-text.ts", "base"], npm: ["@modelcontextprotocol/sdk", "zod"] },
  runtime: { src: ["plugins", "mcp", "agent", "team", "spawn", "store", "protocol", "base"], npm: ["zod"] },
  scripted: { src: ["protocol", "base"], npm: ["yaml", "zod"] },
  cli: { src: everything, npm: ["commander", "zod"] },
  "index.ts": { src: everything, npm: [] },
};

/** The scripted model is never reached from a production path: only the demo starts it. */
const exceptions: Readonly<Record<string, readonly string[]>> = { "cli/commands/demo.ts": ["scripted"] };

function filesBelow(folder: string, ending: RegExp): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

const sources = filesBelow(src, /\.tsx?$/).map((path) => ({
  name: relative(src, path),
  path,
  text: readFileSync(path, "utf8"),
}));

/** Static, dynamic, type-only and re-exporting imports alike. */
function importsOf(text: string): readonly string[] {
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1] ?? "");
}

function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
}

function folderOf(name: string): string {
  return name.split("/")[0] ?? "";
}

/** What is wrong with one import of one file, or undefined. */
function complaint(name: string, path: string, specifier: string): string | undefined {
  const folder = folderOf(name);
  const layer = layers[folder];
  if (!layer) return `${name}: src/${folder} is not in the table of layers`;
  if (specifier.startsWith("node:")) {
    return layer.node && !layer.node.includes(specifier) ? `${name} imports ${specifier}` : undefined;
  }
  if (!specifier.startsWith(".")) {
    return layer.npm.includes(packageOf(specifier)) ? undefined : `${name} imports the package ${specifier}`;
  }
  const target = relative(src, resolve(dirname(path), specifier));
  if (target.startsWith("..") || folderOf(target) === folder) return undefined;
  const allowed = [...layer.src, ...(exceptions[name] ?? [])];
  return allowed.some((one) => target === one || target.startsWith(`${one}/`))
    ? undefined
    : `${name} imports ${target}`;
}

test("every import follows the table of layers", () => {
  const complaints = sources.flatMap(({ name, path, text }) =>
    importsOf(text).map((specifier) => complaint(name, path, specifier)),
  );

  expect(complaints.filter((one) => one !== undefined)).toEqual([]);
});

test("the MCP SDK is loaded by whoever has a connector, and by nobody else", () => {
  const seen = new Set<string>();
  const pending = ["cli/main.ts", "runtime/member.ts", "runtime/start-connectors.ts", "index.ts"];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const source = sources.find((one) => one.name === name);
    for (const [, specifier = ""] of source?.text.matchAll(/^import (?!type )[^;]*?"([^"]+)";/gms) ?? []) {
      expect(`${name} imports ${specifier}`).not.toContain("@modelcontextprotocol/sdk");
      if (source && specifier.startsWith("."))
        pending.push(relative(src, resolve(dirname(source.path), specifier)));
    }
  }
  expect(seen).toContain("mcp/server.ts");
});

test("the table of layers would notice a forbidden import", () => {
  const path = join(src, "team/accept.ts");

  expect(complaint("team/accept.ts", path, "../agent/loop.ts")).toBe("team/accept.ts imports agent/loop.ts");
  expect(complaint("team/accept.ts", path, "node:fs")).toBe("team/accept.ts imports node:fs");
  expect(complaint("team/accept.ts", path, "zod")).toBe("team/accept.ts imports the package zod");
  expect(complaint("cli/commands/run.ts", join(src, "cli/commands/run.ts"), "../../scripted/server.ts")).toBe(
    "cli/commands/run.ts imports scripted/server.ts",
  );
});

test("no file bears a name that collects what nobody looked a home for", () => {
  const refused =
    /(^|\/)(utils?|helpers?|common|types|misc|managers?|services?|constants)(\/|\.tsx?$)|\/index\.tsx?$/;

  expect(sources.filter(({ name }) => refused.test(name)).map(({ name }) => name)).toEqual([]);
});

test("the disk is touched in base/, and nowhere else in the layers that must be explored step by step", () => {
  const touching = sources
    .filter(({ name }) => /^(store|team|protocol)\//.test(name))
    .filter(({ text }) => importsOf(text).some((specifier) => /^node:(fs|child_process|os)/.test(specifier)));

  expect(touching.map(({ name }) => name)).toEqual([]);
});

test("what accept imports reads no clock, locale or chance", () => {
  const pure = new Set<string>();
  const pending = ["team/accept.ts"];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (pure.has(name)) continue;
    pure.add(name);
    const source = sources.find((one) => one.name === name);
    if (!source) continue;
    for (const specifier of importsOf(source.text)) {
      const target = relative(src, resolve(dirname(source.path), specifier));
      if (specifier.startsWith(".") && target.startsWith("team/")) pending.push(target);
    }
  }
  const impure = /\b(Date|Intl|localeCompare|toLocale\w*|process|Math\.random|performance)\b/;
  const found = sources
    .filter(({ name }) => pure.has(name))
    .flatMap(({ name, text }) => text.split("\n").map((line) => ({ name, line })))
    .filter(({ line }) => !/^\s*(\*|\/\/|\/\*)/.test(line) && impure.test(line.replace(/"[^"]*"/g, '""')));

  expect(found).toEqual([]);
});

test("no catch is empty", () => {
  const empty = sources.filter(({ text }) =>
    /catch\s*(\([^)]*\))?\s*\{\s*(\/\/[^\n]*\s*)*\}|\.catch\(\(\)\s*=>\s*\{\s*\}\)/.test(text),
  );

  expect(empty.map(({ name }) => name)).toEqual([]);
});

test("the dependencies are the written list, each with its reason", () => {
  const reasons: Readonly<Record<string, string>> = {
    "@anthropic-ai/sdk": "the Messages API: requests, streaming, retries",
    "@modelcontextprotocol/sdk": "connectors: the protocol and its transports over HTTP",
    "brace-expansion": "`{a,b}` of Glob and Grep, within bounds",
    commander: "argv, help, suggestions",
    nanoid: "ids of process lives and entries",
    "proper-lockfile": "appends on network file systems",
    yaml: "scripts of the scripted model, frontmatter of Claude Code's definitions",
    zod: "every byte that another program may write",
  };
  const manifest: unknown = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

  expect(Object.keys((manifest as { dependencies: Record<string, string> }).dependencies)).toEqual(
    Object.keys(reasons),
  );
});

test("decisions are numbered from 1, each number once, in its name and in its title", () => {
  const folder = join(root, "docs/decisions");
  const names = readdirSync(folder).toSorted();

  expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, index) => index + 1));
  for (const [index, name] of names.entries())
    expect(readFileSync(join(folder, name), "utf8")).toMatch(new RegExp(`^# ${index + 1}\\. `));
});

/** Names that docs/architecture.md may write as `name()`: functions, and properties of interfaces and factories. */
const declared = new Set(
  sources.flatMap(({ text }) =>
    [
      ...text.matchAll(/\b(?:function\s+([A-Za-z]\w*)|const\s+([A-Za-z]\w*)|readonly\s+([A-Za-z]\w*)\??:)/g),
    ].map((match) => match[1] ?? match[2] ?? match[3] ?? ""),
  ),
);

test("docs name only files and functions that exist", () => {
  const complaints = filesBelow(join(root, "docs"), /\.md$/).flatMap((path) => {
    const text = readFileSync(path, "utf8");
    const files = [
      ...text.matchAll(
        /`((?:src\/)?(?:base|protocol|store|team|agent|spawn|plugins|runtime|scripted|cli)\/[\w./-]+\.tsx?)`/g,
      ),
    ]
      .map((match) => (match[1] ?? "").replace(/^src\//, ""))
      .filter((name) => !sources.some((one) => one.name === name));
    const functions = path.endsWith("architecture.md")
      ? [...text.matchAll(/`(\w+)\(\)`/g)]
          .map((match) => match[1] ?? "")
          .filter((name) => !declared.has(name))
      : [];
    return [...files, ...functions].map((name) => `${relative(root, path)} names ${name}`);
  });

  expect(complaints).toEqual([]);
});
