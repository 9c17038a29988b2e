import { join } from "node:path";
import { z } from "zod";
import type { Host } from "../base/host.ts";
import { TeamFile } from "../protocol/team-file.ts";
import { readSettings } from "./settings.ts";
import { readTextFile, type SettingsProblem } from "./settings-file.ts";
import { foldersOf, realFolder } from "./settings-place.ts";
import { scanJson } from "./settings-text.ts";
import { type Runnable, serverItem, settingsItems, teamItems } from "./trust-items.ts";

export interface FolderRuns {
  readonly runs: readonly Runnable[];
  /** What cannot be read, and so not be shown. */
  readonly problems: readonly SettingsProblem[];
}

const McpFile = z.looseObject({ mcpServers: z.record(z.string(), z.unknown()).optional() });

/** What the files in `dir`, and above it in its repository, may start or allow when the folder is trusted. */
export async function whatRuns(host: Host, dir: string): Promise<FolderRuns> {
  const { files, problems } = await readSettings(host, { dir });
  const folders = foldersOf(realFolder(dir));
  const inside = ({ path, file }: { readonly path?: string; readonly file?: string }): boolean =>
    folders.some((folder) => (path ?? file ?? "").startsWith(join(folder, ".claude")));
  const runs = files
    .filter(({ scope }) => scope === "project" || scope === "local")
    .flatMap(({ path, content }) => settingsItems(path, content));
  const found = problems.filter((problem) => problem.isFatal && inside(problem));
  for (const folder of folders) {
    const servers = await readJson(join(folder, ".mcp.json"), McpFile, found);
    for (const [name, server] of Object.entries(servers?.mcpServers ?? {}))
      runs.push(serverItem(join(folder, ".mcp.json"), name, server));
    const file = join(folder, ".claude", "team.json");
    const team = await readJson(file, TeamFile, found);
    if (team !== undefined) runs.push(...teamFileItems(file, team));
  }
  return { runs, problems: found };
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

function teamFileItems(file: string, { members = [], tasks = [], ...team }: TeamFile): readonly Runnable[] {
  return teamItems(file, { ...team, members, tasks }, "default");
}
