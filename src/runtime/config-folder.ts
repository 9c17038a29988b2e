import { statSync } from "node:fs";
import { isAbsolute, join, parse } from "node:path";
import { isErrno, TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";

/** `$CLAUDE_CONFIG_DIR`, default `~/.claude`, absolute. Throws `state_dir` naming the variable that gives no usable folder. */
export function configFolder({ env, home }: Host): string {
  const given = env["CLAUDE_CONFIG_DIR"];
  if (given !== undefined && given !== "") return checked(given, "CLAUDE_CONFIG_DIR");
  if (!isAbsolute(home) || home === parse(home).root)
    throw new TroupeError("state_dir", `HOME is "${home}": no folder for the teams`, {
      hint: "set HOME, or CLAUDE_CONFIG_DIR to a folder of yours",
    });
  return checked(join(home, ".claude"), "HOME");
}

/** What is not there yet is made with the first team. */
function checked(folder: string, variable: string): string {
  const why = whyUnusable(folder);
  if (why === undefined) return folder;
  throw new TroupeError("state_dir", `${variable} gives no usable folder: ${folder} ${why}`, {
    hint: `set ${variable} to a folder of yours, as an absolute path`,
    details: { variable, path: folder },
  });
}

function whyUnusable(folder: string): string | undefined {
  if (!isAbsolute(folder)) return "is no absolute path";
  if (folder === parse(folder).root) return "is the root of the file system";
  try {
    const facts = statSync(folder, { throwIfNoEntry: false });
    return facts === undefined || facts.isDirectory() ? undefined : "is no folder";
  } catch (error) {
    if (isErrno(error, "ENOTDIR", "EACCES", "ELOOP", "ENAMETOOLONG"))
      return `cannot be looked at (${error.code})`;
    throw error;
  }
}
