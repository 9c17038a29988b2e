/**
 * What something runs or obeys later, with more rights than a tool call had: closed whether it is there or not, at any
 * depth of a work folder (faults.md L14). Lower case. Source: security.md §2.
 */
export const PROTECTED_FOLDERS = [
  ".git",
  ".config/git",
  ".vscode",
  ".idea",
  ".husky",
  ".cargo",
  ".devcontainer",
  ".yarn",
  ".mvn",
  ".claude",
] as const;

export const PROTECTED_FILES = [
  ".gitconfig",
  ".gitmodules",
  ".bashrc",
  ".bash_profile",
  ".bash_login",
  ".bash_aliases",
  ".bash_logout",
  ".zshrc",
  ".zprofile",
  ".zshenv",
  ".zlogin",
  ".zlogout",
  ".profile",
  ".envrc",
  ".npmrc",
  ".yarnrc",
  ".yarnrc.yml",
  ".pnp.cjs",
  ".pnp.loader.mjs",
  ".pnpmfile.cjs",
  "bunfig.toml",
  ".bunfig.toml",
  ".bazelrc",
  ".bazelversion",
  ".bazeliskrc",
  ".pre-commit-config.yaml",
  "lefthook.yml",
  ".lefthook.yml",
  "lefthook.yaml",
  ".lefthook.yaml",
  "gradle-wrapper.properties",
  "maven-wrapper.properties",
  ".devcontainer.json",
  ".ripgreprc",
  "pyrightconfig.json",
  ".mcp.json",
  ".claude.json",
] as const;

/** Below a protected folder, and open all the same. */
export const OPEN_FOLDERS = [".claude/worktrees"] as const;

const FILES: ReadonlySet<string> = new Set(PROTECTED_FILES);

/**
 * True for a path below a work folder that file tools do not write, whether it is there or not. Without case, and without
 * characters that a file system may pass over.
 */
export function isProtectedPath(relative: string): boolean {
  const plain = relative
    .normalize("NFKC")
    .replaceAll(/\p{Cf}/gu, "")
    .toLowerCase();
  const path = `/${plain}/`;
  if (FILES.has(path.split("/").at(-2) ?? "")) return true;
  return isClosed(path);
}

/** What stands in an open folder is judged by itself, unless that folder lies in a closed one. The open folder itself is not to be replaced. */
function isClosed(path: string): boolean {
  for (const open of OPEN_FOLDERS) {
    const at = path.indexOf(`/${open}/`);
    const rest = at < 0 ? "" : path.slice(at + open.length + 1);
    if (rest.length > 1) return isInProtected(path.slice(0, at + 1)) || isClosed(rest);
  }
  return isInProtected(path);
}

function isInProtected(path: string): boolean {
  return PROTECTED_FOLDERS.some((folder) => path.includes(`/${folder}/`));
}
