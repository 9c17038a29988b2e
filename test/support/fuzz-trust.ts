import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { TroupeError } from "../../src/base/errors.ts";
import type { Host } from "../../src/base/host.ts";
import { isRecord } from "../../src/base/is-record.ts";
import { openTrust, trustFolder } from "../../src/runtime/trust.ts";
import { whatRuns } from "../../src/runtime/trust-runs.ts";
import { anyJson, canonical, harmed, harms, parsedJson, refusePollution } from "./fuzz-bytes.ts";
import { type Fuzz, fuzz, must } from "./fuzz-property.ts";
import { tempFolder } from "./temp-folder.ts";
import { testHost } from "./test-host.ts";

const odd = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 4, arbitrary: value }, anyJson);

interface TrustWorld {
  readonly host: Host;
  readonly project: string;
  readonly record: string;
  readonly claudes: string;
}

function trustWorld(): TrustWorld {
  const home = tempFolder();
  const config = join(home, ".claude");
  const project = join(home, "project");
  for (const folder of [join(project, ".claude"), join(project, ".git"), config])
    mkdirSync(folder, { recursive: true });
  const host = { ...testHost("trust-"), home, cwd: project };
  return { host, project, record: join(config, "troupe.json"), claudes: join(home, ".claude.json") };
}

const folder = fc.constantFrom("HERE", "HERE/", "HERE/..", "/", "", ".", "/srv");
const trustRecord = fc.oneof(
  fc.record(
    { trustedFolders: odd(fc.array(odd(folder), { maxLength: 3 })), later: anyJson, __proto__: anyJson },
    { requiredKeys: [] },
  ),
  anyJson,
);
const claudesRecord = fc.oneof(
  fc.record(
    {
      projects: odd(
        fc.dictionary(
          folder,
          odd(fc.record({ hasTrustDialogAccepted: odd(fc.boolean()) }, { requiredKeys: [] })),
          { maxKeys: 3 },
        ),
      ),
    },
    { requiredKeys: [] },
  ),
  anyJson,
);

/** Whether a file says in so many words that it trusts the folder. */
function says(text: string, project: string): boolean {
  const value = parsedJson(text)?.value;
  if (!isRecord(value)) return false;
  const { trustedFolders, projects } = value;
  if (Array.isArray(trustedFolders) && trustedFolders.includes(project)) return true;
  const own: unknown = isRecord(projects) ? projects[project] : undefined;
  return isRecord(own) && own["hasTrustDialogAccepted"] === true;
}

const trust = fuzz({
  title:
    "D3 D6 D11 a folder is trusted by a record that names it and by nothing else; what cannot be read is told, and stays as it is",
  parsers: ["src/runtime/trust.ts"],
  input: fc.record({
    ours: trustRecord,
    theirs: claudesRecord,
    all: fc.option(harms(), { nil: undefined }),
  }),
  cost: 2,
  open: () => {
    const { host, project, record, claudes } = trustWorld();
    return async ({ ours, theirs, all = [] }) => {
      const here = (value: unknown): Buffer =>
        harmed(Buffer.from(JSON.stringify(value).replaceAll("HERE", project)), all);
      const [text, others] = [here(ours), here(theirs)];
      writeFileSync(record, text);
      writeFileSync(claudes, others);
      const { covers, folders, problems } = await openTrust(host);
      const isSaid = says(text.toString(), project) || says(others.toString(), project);
      if (covers(project)) must(isSaid).toBe(true);
      else if (isSaid) must(problems).not.toEqual([]);
      must(covers("/etc/elsewhere")).toBe(false);
      for (const { file, what } of problems) {
        must([record, claudes]).toContain(file);
        must(what).not.toBe("");
      }
      refusePollution();
      const failure: unknown = await trustFolder(host, project).then(
        () => undefined,
        (error: unknown) => error,
      );
      const after = readFileSync(record);
      if (failure !== undefined) {
        must(failure).toBeInstanceOf(TroupeError);
        must(after.equals(text)).toBe(true);
        return;
      }
      const kept = { ...(JSON.parse(text.toString()) as object), trustedFolders: undefined };
      const { trustedFolders, ...rest } = JSON.parse(after.toString()) as { trustedFolders: string[] };
      must(canonical(rest)).toBe(canonical(kept));
      must([...new Set(trustedFolders)].toSorted()).toEqual([...new Set([...folders, project])].toSorted());
    };
  },
});

const server = odd(
  fc.record(
    { command: odd(fc.constant("run me")), args: odd(fc.array(odd(fc.string()))), url: odd(fc.webUrl()) },
    { requiredKeys: [] },
  ),
);

/** What a file names; nothing can be called after the prototype. */
function names(value: unknown): readonly string[] {
  return isRecord(value) ? Object.keys(value).filter((name) => name !== "__proto__") : [];
}

const runnables = fuzz({
  title:
    "D3 D6 D11 whatever a folder may start is shown before it is trusted, or it is said that it cannot be shown",
  parsers: ["src/runtime/trust-runs.ts", "src/runtime/trust-items.ts"],
  input: fc.record({
    servers: odd(fc.record({ mcpServers: odd(fc.dictionary(fc.string(), server, { maxKeys: 3 })) })),
    team: odd(
      fc.record({ verify: odd(fc.oneof(fc.constant("npm test"), fc.record({ command: fc.string() }))) }),
    ),
    hooks: odd(fc.dictionary(fc.constantFrom("Stop", "x", "toString"), anyJson, { maxKeys: 3 })),
    all: fc.option(harms(), { nil: undefined }),
  }),
  cost: 6,
  open: () => {
    const { host, project } = trustWorld();
    const places = [".mcp.json", ".claude/team.json", ".claude/settings.json"].map((name) =>
      join(project, name),
    );
    return async ({ servers, team, hooks, all = [] }) => {
      const texts = [
        harmed(Buffer.from(JSON.stringify(servers)), all).toString(),
        JSON.stringify(team),
        JSON.stringify({ hooks }),
      ] as const;
      for (const [index, path] of places.entries()) writeFileSync(path, texts[index] ?? "");
      const { runs, problems } = await whatRuns(host, project);
      const isTold = (kind: string, path: string | undefined): boolean =>
        runs.some((run) => run.kind === kind && run.file === path) ||
        problems.some(({ file, isFatal }) => isFatal && file === path);
      for (const { what } of runs) must(typeof what).toBe("string");
      const [mcp, file] = texts.map((text) => parsedJson(text)?.value);
      if (!isRecord(mcp) || names(mcp["mcpServers"]).length > 0) must(isTold("server", places[0])).toBe(true);
      if (!isRecord(file) || file["verify"] !== undefined) must(isTold("verify", places[1])).toBe(true);
      if (!isRecord(hooks) || names(hooks).some((name) => JSON.stringify(hooks[name]) !== "[]"))
        must(isTold("hook", places[2])).toBe(true);
      refusePollution();
    };
  },
});

export const trustProperties: readonly Fuzz[] = [trust, runnables];
