import { parseRule, type Rule } from "../agent/gate/rule.ts";
import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import { readSettings, type SettingsInForce } from "./settings.ts";
import { placeOf, readTextFile, type SettingsProblem } from "./settings-file.ts";
import { rulesOf, type WrittenRule } from "./settings-merge.ts";
import { lineAt, memberOf, scanJson } from "./settings-text.ts";

/** What is wrong with the settings that bind a folder. */
export interface SettingsTrouble {
  readonly error: TroupeError;
  /** Nobody starts who would be bound by that file. */
  readonly isFatal: boolean;
}

/** The rules that count in settings, strongest file first, and everything that is wrong with their files. */
export interface RulesRead {
  readonly rules: readonly Rule[];
  readonly troubles: readonly SettingsTrouble[];
}

/** What is wrong with the settings of whoever works in `dir`. */
export async function settingsTroubles(host: Host, dir: string): Promise<readonly SettingsTrouble[]> {
  return (await readRules(await readSettings(host, { dir }))).troubles;
}

export async function readRules(inForce: SettingsInForce): Promise<RulesRead> {
  const rules: Rule[] = [];
  const troubles = inForce.problems.map(ofFile);
  for (const written of rulesOf(inForce)) {
    const { text, behavior, source } = written;
    const rule = parseRule(text, behavior, source);
    if (!("what" in rule)) {
      rules.push(rule);
      continue;
    }
    const place = placeOf({ file: source.file, line: await lineOfRule(written) });
    const error = new TroupeError("bad_settings", `${place} the rule ${JSON.stringify(text)}: ${rule.what}`, {
      ...(rule.hint === undefined ? {} : { hint: rule.hint }),
      details: { path: source.file, rule: text },
    });
    troubles.push({ error, isFatal: rule.isFatal });
  }
  return { rules, troubles };
}

function ofFile(problem: SettingsProblem): SettingsTrouble {
  const { file, what, hint, isFatal } = problem;
  const error = new TroupeError("bad_settings", `${placeOf(problem)} ${what}`, {
    ...(hint === undefined ? {} : { hint }),
    details: { path: file },
  });
  return { error, isFatal };
}

/** Looked up when it is needed, which is seldom; undefined when the file is another by now. */
async function lineOfRule({ text: rule, behavior, source }: WrittenRule): Promise<number | undefined> {
  const { text } = await readTextFile(source.file);
  const scan = text === undefined ? undefined : scanJson(text);
  if (text === undefined || scan?.ok !== true) return undefined;
  const permissions = memberOf(scan.root, "permissions")?.value;
  const list = permissions && memberOf(permissions, behavior)?.value;
  const found = list?.members.find(({ value }) => JSON.parse(text.slice(value.start, value.end)) === rule);
  return found && lineAt(text, found.value.start);
}
