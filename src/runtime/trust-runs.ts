import { join } from "node:path";
import { z } from "zod";
import type { Host } from "../base/host.ts";
import { isRecord } from "../base/is-record.ts";
import { readSettings, type SettingsFile } from "./settings.ts";
import { readTextFile, type SettingsProblem } from "./settings-file.ts";
import { foldersOf, realFolder } from "./settings-place.ts";
import { scanJson } from "./settings-text.ts";

/** Something that a folder's own files may start, or allow, once the folder is trusted. */
export interface Runnable {
  readonly kind: "hook" | "server" | "verify" | "allow" | "folder" | "mode" | "environment" | "unconfined";
  readonly what: string;
  readonly file: string;
}

export interface FolderRuns {
  readonly runs: readonly Runnable[];
  /** What cannot be read, and so not be shown. */
  readonly problems: readonly SettingsProblem[];
}

const McpFile = z.looseObject({ mcpServers: z.record(z.string(), z.unknown()).optional() });
const Server = z.looseObject({
  command: z.string().optional(),
  args: z.array(z.string()).optional(),
  url: z.string().optional(),
});
const Verify = z.union([
  z.string(),
  z.looseObject({ command: z.string() }).transform(({ command }) => command),
]);
const TeamVerify = z.looseObject({
  verify: Verify.optional(),
  tasks: z.array(z.looseObject({ verify: Verify.optional() })).optional(),
});
const Handler = z.looseObject({
  type: z.string().optional(),
  command: z.string().optional(),
  url: z.string().optional(),
});

/** What the files in `dir`, and above it in its repository, may start or allow when the folder is trusted. */
export async function whatRuns(host: Host, dir: string): Promise<FolderRuns> {
  const { files, problems } = await readSettings(host, { dir });
  const folders = foldersOf(realFolder(dir));
  const inside = ({ path, file }: { readonly path?: string; readonly file?: string }): boolean =>
    folders.some((folder) => (path ?? file ?? "").startsWith(join(folder, ".claude")));
  const runs = files.filter(({ scope }) => scope === "project" || scope === "local").flatMap(settingsRuns);
  const found = problems.filter((problem) => problem.isFatal && inside(problem));
  for (const folder of folders) {
    const servers = await readJson(join(folder, ".mcp.json"), McpFile, found);
    for (const [name, server] of Object.entries(servers?.mcpServers ?? {}))
      runs.push({ kind: "server", what: `${name}: ${serverText(server)}`, file: join(folder, ".mcp.json") });
    const file = join(folder, ".claude", "team.json");
    const team = await readJson(file, TeamVerify, found);
    for (const { verify: what } of [team ?? {}, ...(team?.tasks ?? [])])
      if (what !== undefined) runs.push({ kind: "verify", what, file });
  }
  return { runs, problems: found };
}

function settingsRuns({ path: file, content }: SettingsFile): readonly Runnable[] {
  const { permissions = {}, hooks = {}, env = {}, sandbox = {} } = content;
  const all = (kind: Runnable["kind"], list: readonly string[] | undefined): readonly Runnable[] =>
    (list ?? []).map((what) => ({ kind, what, file }));
  return [
    ...all(
      "hook",
      Object.entries(hooks).flatMap(([event, groups]) => hookTexts(event, groups)),
    ),
    ...all("allow", permissions.allow),
    ...all("folder", permissions.additionalDirectories),
    ...all("mode", permissions.defaultMode === undefined ? [] : [permissions.defaultMode]),
    ...all("environment", Object.keys(env)),
    ...all(
      "unconfined",
      sandbox.enabled === false
        ? ["no sandbox", ...(sandbox.excludedCommands ?? [])]
        : sandbox.excludedCommands,
    ),
  ];
}

/** Whatever shape it has: a hook that is not understood is shown as it stands. */
function hookTexts(event: string, groups: unknown): readonly string[] {
  const handlers = (Array.isArray(groups) ? groups : [groups]).flatMap((group: unknown) =>
    isRecord(group) && Array.isArray(group["hooks"]) ? (group["hooks"] as readonly unknown[]) : [group],
  );
  return handlers.map((handler) => {
    const { command, url } = Handler.safeParse(handler).data ?? {};
    return `${event}: ${command ?? url ?? JSON.stringify(handler)}`;
  });
}

function serverText(server: unknown): string {
  const { command, args = [], url } = Server.safeParse(server).data ?? {};
  if (command !== undefined) return [command, ...args].join(" ");
  return url ?? JSON.stringify(server);
}

async function readJson<S extends z.ZodType>(
  file: string,
  schema: S,
  problems: SettingsProblem[],
): Promise<z.output<S> | undefined> {
  const { text, trouble } = await readTextFile(file);
  if (text === undefined && trouble === undefined) return undefined;
  const parsed =
    text !== undefined && scanJson(text).ok ? schema.safeParse(JSON.parse(text)).data : undefined;
  if (parsed === undefined)
    problems.push({
      file,
      line: undefined,
      what: trouble ?? "does not parse: what it starts is not known",
      isFatal: true,
    });
  return parsed;
}
