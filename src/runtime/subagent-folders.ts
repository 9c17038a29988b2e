import { statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { isErrno } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { type AgentCatalog, type AgentFolder, loadAgents } from "../plugins/load-agents.ts";
import { configFolder } from "./config-folder.ts";

/** Every agent that may be used in `dir`, as the files stand now. */
export function agentsOf(host: Host, dir: string): Promise<AgentCatalog> {
  return loadAgents(agentFolders(host, dir));
}

/** Where an administrator puts what counts for everybody. */
const MANAGED: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  linux: "/etc/claude-code",
  darwin: "/Library/Application Support/ClaudeCode",
};

/**
 * Where Claude Code looks for definitions of agents: the administrator's folder, `.claude/agents` of `dir` and of every
 * folder above it up to the root of its repository, and the user's own. Source: plugins.md §A4, §A9.
 */
function agentFolders(host: Host, dir: string): readonly AgentFolder[] {
  const user = join(configFolder(host), "agents");
  const managed = MANAGED[process.platform];
  const root = repositoryOf(dir);
  const found: AgentFolder[] = [];
  if (managed !== undefined)
    found.push({ scope: "managed", path: join(managed, ".claude", "agents"), within: undefined });
  for (const folder of upTo(dir, root)) {
    const path = join(folder, ".claude", "agents");
    // A home folder that is a repository: its `.claude` is the user's own.
    if (path !== user) found.push({ scope: "project", path, within: root });
  }
  return [...found, { scope: "user", path: user, within: undefined }];
}

/** The nearest folder with a `.git` in it, which in a worktree is a file; without one the folder itself. */
function repositoryOf(dir: string): string {
  for (let folder = dir; ; folder = dirname(folder)) {
    if (isThere(join(folder, ".git"))) return folder;
    if (dirname(folder) === folder) return dir;
  }
}

function upTo(dir: string, root: string): readonly string[] {
  const folders = [dir];
  for (let folder = dir; relative(root, folder) !== ""; ) {
    folder = dirname(folder);
    folders.push(folder);
  }
  return folders;
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (isErrno(error, "EACCES", "ENOTDIR", "ELOOP", "ENAMETOOLONG")) return false;
    throw error;
  }
}
