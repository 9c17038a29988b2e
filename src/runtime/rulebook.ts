import { resolve } from "node:path";
import type { PermissionMode } from "../agent/gate/behavior.ts";
import { parseRule, type Rule } from "../agent/gate/rule.ts";
import { compileRules, type RuleSet } from "../agent/gate/rule-set.ts";
import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import type { Settings } from "../protocol/settings.ts";
import { readSettings, type SettingsInForce, settingsChanged } from "./settings.ts";
import { mergedSettings, rulesOf } from "./settings-merge.ts";

/** The permission rules and settings that bind a member, as its files say now. */
export interface Rulebook {
  readonly now: () => Rules;
  /** Reads again what changed since. What cannot be read then leaves the former rules in force. */
  readonly refresh: () => Promise<void>;
}

export interface Rules {
  readonly set: RuleSet;
  readonly settings: Settings;
  /** `permissions.defaultMode`; a word that is no mode counts as `default`. */
  readonly mode: PermissionMode;
  /** `permissions.additionalDirectories`, absolute. */
  readonly folders: readonly string[];
}

const MODES: readonly PermissionMode[] = ["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"];

/**
 * Reads the settings of a member that works in `dir`. Throws `bad_settings` for a file that cannot be read or a rule that
 * cannot mean anything: whoever wrote it relies on it. `onTrouble` hears of the rest.
 */
export async function openRulebook(
  host: Host,
  dir: string,
  onTrouble: (error: unknown) => void,
): Promise<Rulebook> {
  const read = async (): Promise<readonly [SettingsInForce, Rules]> => {
    const settings = await readSettings(host, { dir });
    return [settings, rulesIn(settings, { host, dir, onTrouble })];
  };
  let [settings, rules] = await read();
  return {
    now: () => rules,
    refresh: async () => {
      if (!settingsChanged(settings)) return;
      try {
        [settings, rules] = await read();
      } catch (error) {
        if (!(error instanceof TroupeError)) throw error;
        onTrouble(
          new TroupeError(error.code, `${error.message}; the rules of before stay in force`, {
            cause: error,
          }),
        );
      }
    },
  };
}

interface Reader {
  readonly host: Host;
  readonly dir: string;
  readonly onTrouble: (error: unknown) => void;
}

function rulesIn(inForce: SettingsInForce, { host, dir, onTrouble }: Reader): Rules {
  for (const { file, line, what, hint, isFatal } of inForce.problems) {
    const error = new TroupeError("bad_settings", `${file}${line === undefined ? "" : `:${line}`} ${what}`, {
      ...(hint === undefined ? {} : { hint }),
      details: { path: file },
    });
    if (isFatal) throw error;
    onTrouble(error);
  }
  const rules: Rule[] = [];
  for (const { text, behavior, source } of rulesOf(inForce)) {
    const rule = parseRule(text, behavior, source);
    if (!("what" in rule)) {
      rules.push(rule);
      continue;
    }
    const error = new TroupeError(
      "bad_settings",
      `${source.file}: the rule ${JSON.stringify(text)} ${rule.what}`,
      {
        ...(rule.hint === undefined ? {} : { hint: rule.hint }),
        details: { path: source.file, rule: text },
      },
    );
    if (rule.isFatal) throw error;
    onTrouble(error);
  }
  const settings = mergedSettings(inForce);
  const { defaultMode, additionalDirectories = [] } = settings.permissions ?? {};
  return {
    set: compileRules(rules),
    settings,
    mode: MODES.find((mode) => mode === defaultMode) ?? "default",
    folders: additionalDirectories.map((folder) =>
      folder.startsWith("~/") ? resolve(host.home, folder.slice(2)) : resolve(dir, folder),
    ),
  };
}
