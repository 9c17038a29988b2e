/** Folders and files that something runs or obeys later, with more rights than the call had. Source: security.md §2. */
const FOLDERS = new Set(".git .vscode .idea .husky .cargo .devcontainer .yarn .mvn .claude".split(" "));
const FILES = new Set(
  `.gitconfig .gitmodules .bashrc .bash_profile .bash_login .bash_aliases .bash_logout .zshrc .zprofile .zshenv .zlogin
.zlogout .profile .envrc .npmrc .yarnrc .yarnrc.yml .pnp.cjs .pnp.loader.mjs .pnpmfile.cjs bunfig.toml .bunfig.toml .bazelrc
.bazelversion .bazeliskrc .pre-commit-config.yaml lefthook.yml .lefthook.yml lefthook.yaml .lefthook.yaml
gradle-wrapper.properties maven-wrapper.properties .devcontainer.json .ripgreprc pyrightconfig.json .mcp.json .claude.json`.split(
    /\s/,
  ),
);

/** True whether the path exists or not. Without case and without characters that a file system may pass over. */
export function isProtected(path: string): boolean {
  const parts = path
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .toLowerCase()
    .split("/");
  return FILES.has(parts.at(-1) ?? "") || parts.some((part, index) => isProtectedFolder(part, index, parts));
}

function isProtectedFolder(part: string, index: number, parts: readonly string[]): boolean {
  if (part === ".claude") return parts[index + 1] !== "worktrees";
  return FOLDERS.has(part) || (part === "git" && parts[index - 1] === ".config");
}
