import * as fc from "fast-check";
import { parseSettings } from "../../src/runtime/settings-file.ts";
import { scanJson } from "../../src/runtime/settings-text.ts";
import { anyJson, canonical, harmed, harms, parsedJson, refusePollution } from "./fuzz-bytes.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";

const SECRET = "sk-never-to-be-quoted";
const FILES = [
  {
    permissions: { allow: ["Bash(ls *)"], deny: ["Read(.env)", "WebFetch"], defaultMode: "plan" },
    env: { TOKEN: SECRET, N: 1 },
    sandbox: { enabled: true, network: { allowedDomains: ["example.com"] } },
  },
  { hooks: { Stop: [{ hooks: [{ type: "command", command: SECRET }] }] }, permissions: { deny: ["Bash"] } },
  { allowedMcpServers: [{ serverCommand: ["a", "b"] }], disableAllHooks: false, later: { deep: [SECRET] } },
].map((value) => Buffer.from(JSON.stringify(value, null, 2)));
const PIECES = [
  '"permissions": {},',
  '"deny": ["x"],',
  '"per\\u006dissions": {"deny": []},',
  '"env": null,',
  "// a comment\n",
  "/* one */",
  ",]",
  "'",
  "01",
  "-",
  "NaN",
  "\u00a0",
  "\u0000",
  "[".repeat(101),
  '{"a":'.repeat(101),
].map((text) => Buffer.from(text));

const odd = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 4, arbitrary: value }, anyJson, fc.constant(SECRET));
const rules = odd(fc.array(odd(fc.constantFrom("Bash(ls)", "Read(.env)", "x")), { maxLength: 3 }));
const settings = fc.record(
  {
    permissions: odd(
      fc.record(
        { allow: rules, deny: rules, ask: rules, additionalDirectories: rules, denny: rules },
        { requiredKeys: [] },
      ),
    ),
    hooks: odd(fc.dictionary(fc.constantFrom("Stop", "__proto__", "x"), anyJson)),
    env: odd(fc.dictionary(fc.constantFrom("A", "PATH", "__proto__"), odd(fc.constantFrom("a", 1, true)))),
    sandbox: odd(
      fc.record(
        { enabled: odd(fc.boolean()), excludedCommands: rules, network: anyJson },
        { requiredKeys: [] },
      ),
    ),
    deniedMcpServers: odd(fc.array(odd(fc.record({ serverCommand: rules }, { requiredKeys: [] })))),
    apiKeyHelper: odd(fc.constant(SECRET)),
    disableAllHooks: odd(fc.boolean()),
    __proto__: anyJson,
  },
  { requiredKeys: [] },
);

function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

const scans = fuzz({
  title:
    "D3 D6 D7 a text is JSON for the reader that knows places when it is JSON for Node, and its places are true",
  parsers: ["src/runtime/settings-text.ts"],
  input: fc.oneof(
    fc.tuple(fc.constantFrom(...FILES), harms(PIECES)).map(([bytes, all]) => harmed(bytes, all).toString()),
    anyJson.map((value) => JSON.stringify(value, null, 1)),
    fc.string(),
  ),
  open: () => (text) => {
    const scan = scanJson(text);
    const known = parsedJson(text);
    if (!scan.ok) {
      must(scan.what).not.toBe("");
      must(scan.offset).toBeLessThanOrEqual(text.length);
      if (known) must(depthOf(known.value)).toBeGreaterThan(100);
      return;
    }
    const { root } = scan;
    must(known).toBeDefined();
    must(canonical(JSON.parse(text.slice(root.start, root.end)))).toBe(canonical(known?.value));
    for (const { key, value } of root.kind === "object" ? root.members : []) {
      const isLast = root.members.findLast((member) => member.key === key)?.value === value;
      const there: unknown = JSON.parse(text.slice(value.start, value.end));
      const field = Object.entries(known?.value as object).find(([name]) => name === key)?.[1] as unknown;
      if (isLast) must(canonical(there)).toBe(canonical(field));
    }
    refusePollution();
  },
});

const files = fuzz({
  title:
    "D3 D6 D7 D10 D11 any bytes are settings, or a fatal problem that names its line and quotes no value: no rule falls away in silence",
  parsers: ["src/runtime/settings-file.ts", "src/runtime/settings-text.ts"],
  input: fc.oneof(
    fc
      .tuple(fc.constantFrom(...FILES), harms(PIECES))
      .map(([bytes, all]) => ({ text: harmed(bytes, all).toString(), isWhole: false })),
    settings.map((value) => ({ text: JSON.stringify(value, null, 2), isWhole: true })),
    anyJson.map((value) => ({ text: JSON.stringify(value), isWhole: true })),
  ),
  open:
    () =>
    ({ text, isWhole }) => {
      const { content, problems } = parseSettings("/p/settings.json", text);
      must(content === undefined).toBe(problems.some(({ isFatal }) => isFatal));
      for (const { file, line, what } of problems) {
        must(file).toBe("/p/settings.json");
        must(line).toBeGreaterThanOrEqual(1);
        must(line).toBeLessThanOrEqual(text.split("\n").length);
        must(what).not.toBe("");
        // A harm may make a name of a value.
        if (isWhole) must(what).not.toContain(SECRET);
      }
      refusePollution();
      if (content === undefined) return;
      const { permissions, hooks } = JSON.parse(text) as Record<string, Record<string, unknown> | undefined>;
      must(canonical(content.permissions)).toBe(canonical(permissions));
      must(canonical(content.hooks)).toBe(canonical(hooks));
    },
});

export const settingsProperties: readonly Fuzz[] = [scans, files];
