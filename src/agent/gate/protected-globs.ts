import { expand } from "brace-expansion";
import { isProtectedPath, PROTECTED_FILES, PROTECTED_FOLDERS } from "../tools/protected-paths.ts";

/** More choices, and those of longer words, are not looked at one by one. */
const MOST_CHOICES = 100;
const LONGEST = 1_000;
const NAMES: readonly string[] = [
  ...PROTECTED_FILES,
  ...PROTECTED_FOLDERS.map((path) => path.split("/")[0] ?? ""),
];

/** Whether an argument whose braces and globs the shell makes into paths may name a protected one: `.mcp{,.json}`, `.npmr*`. */
export function mayNameProtected(text: string): boolean {
  if (text.length > LONGEST) return true;
  const choices = expand(text, { max: MOST_CHOICES + 1 });
  return choices.length > MOST_CHOICES || choices.some(mayMatchProtected);
}

/** Only a pattern that begins with a dot finds names that do. */
function mayMatchProtected(path: string): boolean {
  const glob = path.search(/[*?[]/);
  if (glob === -1) return isProtectedPath(path);
  const known = path.slice(0, glob);
  const start = known.slice(known.lastIndexOf("/") + 1).toLowerCase();
  return isProtectedPath(known) || (start.startsWith(".") && NAMES.some((name) => name.startsWith(start)));
}
