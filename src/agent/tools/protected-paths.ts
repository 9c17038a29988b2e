/** Files that something runs later, with more rights than the tool call had. Compared without case: macOS opens `.GIT` too. */
const PROTECTED = [
  /(^|\/)\.git(\/|$)/,
  /(^|\/)\.husky(\/|$)/,
  /(^|\/)\.claude\/settings[^/]*\.json$/,
  /(^|\/)\.claude\/hooks(\/|$)/,
  /(^|\/)\.mcp\.json$/,
  /(^|\/)\.(bashrc|bash_profile|bash_login|bash_logout|profile|zshrc|zprofile|zshenv|zlogin|zlogout|envrc|gitconfig)$/,
];

/** True for a path below the work folder that file tools never write, whether it is there or not (faults.md L14). */
export function isProtectedPath(relative: string): boolean {
  const path = relative.toLowerCase();
  return PROTECTED.some((pattern) => pattern.test(path));
}
