import { existsSync, lstatSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../base/atomic-file.ts";
import { diskError } from "../base/disk-error.ts";
import { isErrno, TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { withLock } from "../base/lock.ts";
import { nodeFiles } from "../base/node-files.ts";
import { configFolder } from "./config-folder.ts";
import { readTextFile } from "./settings-file.ts";
import { type RuleBehavior, textWithRule } from "./settings-insert.ts";
import { realFolder, repositoryOf } from "./settings-place.ts";

const MAX_RULE = 4_096;

/**
 * Puts a rule into `.claude/settings.local.json` of the repository of `dir` (of `dir` itself outside of one), as
 * Claude Code does for "always". Everything else in the file stays byte for byte. Answers the file. Throws
 * `bad_settings` when the file or its folder is a link, or does not parse: then nothing is changed.
 */
// oxlint-disable-next-line max-params -- the five are one sentence: for whom, where, which rule, and what it says
export async function addRule(
  host: Host,
  dir: string,
  rule: string,
  behavior: RuleBehavior,
): Promise<string> {
  if (rule.trim() === "" || rule.length > MAX_RULE || /\p{Cc}/u.test(rule))
    throw new TroupeError("usage", `no rule: ${JSON.stringify(rule.slice(0, 80))}`);
  const real = realFolder(dir);
  const folder = join(repositoryOf(real) ?? real, ".claude");
  const path = join(folder, "settings.local.json");
  if (folder === realFolder(configFolder(host)))
    throw refused(path, "is in your own folder: put the rule into settings.json there");
  refuseLink(folder);
  makeFolder(folder);
  // Two members may be told "always" at the same time.
  await withLock(path, () => write(path, rule, behavior));
  return path;
}

async function write(path: string, rule: string, behavior: RuleBehavior): Promise<void> {
  refuseLink(path);
  const { text, trouble } = await readTextFile(path);
  if (trouble !== undefined) throw refused(path, trouble);
  const after = textWithRule(text, rule, behavior);
  if (!after.ok) throw refused(after.line === undefined ? path : `${path}:${after.line}`, after.why);
  if (after.text !== text) await replaceFile(nodeFiles(), path, Buffer.from(after.text));
}

function refuseLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true)
    throw refused(path, "is a symbolic link: what is written there would stand somewhere else");
}

function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw diskError(error, "make", folder);
  }
}

function refused(place: string, why: string): TroupeError {
  return new TroupeError("bad_settings", `${place} ${why}`, {
    hint: "nothing was changed; mend the file, or answer without always",
    details: { path: place },
  });
}
