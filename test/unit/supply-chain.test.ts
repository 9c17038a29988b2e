import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

const ROOT = join(import.meta.dirname, "../..");

const Package = z.looseObject({
  version: z.string(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  hasInstallScript: z.boolean().optional(),
});
const Lock = z.looseObject({ lockfileVersion: z.number(), packages: z.record(z.string(), z.unknown()) });
const Manifest = z.looseObject({
  dependencies: z.record(z.string(), z.string()),
  scripts: z.record(z.string(), z.string()),
});

const REGISTRY = /^https:\/\/registry\.npmjs\.org\//;

const lock = Lock.parse(JSON.parse(readFileSync(join(ROOT, "package-lock.json"), "utf8")));
const locked = Object.entries(lock.packages)
  .filter(([path]) => path !== "")
  .map(([path, told]) => ({ path, ...Package.parse(told) }));
const shipped = locked.filter(({ dev }) => dev !== true);
const manifest = Manifest.parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));

test("L22 everything that is installed is pinned by its hash, and nothing comes past the registry", () => {
  // Of programs for other platforms, which only builds need, npm keeps the version alone: none of them is installed here.
  const unpinned = locked.filter(({ integrity = "" }) => !integrity.startsWith("sha512-"));

  expect(lock.lockfileVersion).toBe(3);
  expect(unpinned.filter(({ dev, optional }) => dev !== true || optional !== true)).toEqual([]);
  // No address in it: whatever registry npm is told of, the hash has to fit. A folder, a git address or a URL has one.
  const addressed = locked.filter(({ resolved }) => resolved !== undefined && !REGISTRY.test(resolved));
  expect(addressed.map(({ path, resolved }) => [path, resolved])).toEqual([]);
});

test("L22 nothing that is installed runs a script of its own", () => {
  const npmrc = readFileSync(join(ROOT, ".npmrc"), "utf8").split("\n");

  expect(npmrc).toContain("ignore-scripts=true");
  // A line of a later npm could take it back.
  expect(npmrc.filter((line) => /^\s*(ignore-scripts|registry|strict-ssl)\s*=/.test(line))).toEqual([
    "ignore-scripts=true",
  ]);
  expect(shipped.filter(({ hasInstallScript }) => hasInstallScript === true).map(({ path }) => path)).toEqual(
    [],
  );
  // Ours neither: whoever installs troupe runs nothing of it.
  expect(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?install$|^prepare$/.test(name))).toEqual(
    [],
  );
});

test("L22 what troupe brings along is short and known by name; a new one comes with its reason", () => {
  expect(Object.keys(manifest.dependencies).toSorted()).toEqual([
    "@anthropic-ai/sdk",
    "@modelcontextprotocol/sdk",
    "brace-expansion",
    "commander",
    "nanoid",
    "proper-lockfile",
    "yaml",
    "zod",
  ]);
  // With all that these need: mostly the server half of the MCP SDK.
  expect(shipped.length).toBeLessThanOrEqual(120);
  const decisions = readdirSync(join(ROOT, "docs/decisions")).map((name) =>
    readFileSync(join(ROOT, "docs/decisions", name), "utf8"),
  );
  expect(decisions.some((text) => text.includes("dependencies"))).toBe(true);
});

test("L22 what troupe brings along may be used by everybody", () => {
  const free = new Set([
    "MIT",
    "ISC",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BlueOak-1.0.0",
    "Unlicense",
  ]);

  expect(
    shipped.filter(({ license }) => !free.has(license ?? "")).map(({ path, license }) => [path, license]),
  ).toEqual([]);
});
