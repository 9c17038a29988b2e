import { compileRules, type RuleSet } from "../agent/gate/rule-set.ts";
import { TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import type { PermissionMode } from "../protocol/permissions.ts";
import type { Settings } from "../protocol/settings.ts";
import { additionalFolders } from "./sandbox-policy.ts";
import { readSettings, type SettingsInForce, settingsChanged } from "./settings.ts";
import { mergedSettings } from "./settings-merge.ts";
import { readRules } from "./settings-trouble.ts";
import { usualMode } from "./usual-mode.ts";

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

/**
 * Reads the settings of a member that works in `dir`. Throws `bad_settings` for a file that cannot be read or a rule that
 * cannot mean anything: whoever wrote it relies on it. `onTrouble` hears of the rest. `known`: the
 * settings, where they were just read.
 */
export async function openRulebook(
  host: Host,
  dir: string,
  onTrouble: (error: unknown) => void,
  known?: SettingsInForce,
): Promise<Rulebook> {
  const read = async (from?: SettingsInForce): Promise<readonly [SettingsInForce, Rules]> => {
    const settings = from ?? (await readSettings(host, { dir }));
    return [settings, await rulesIn(settings, { host, onTrouble })];
  };
  let [settings, rules] = await read(known);
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
  readonly onTrouble: (error: unknown) => void;
}

async function rulesIn(inForce: SettingsInForce, { host, onTrouble }: Reader): Promise<Rules> {
  const { rules, troubles } = await readRules(inForce);
  for (const { error, isFatal } of troubles) {
    if (isFatal) throw error;
    onTrouble(error);
  }
  const settings = mergedSettings(inForce);
  return {
    set: compileRules(rules),
    settings,
    mode: usualMode(settings),
    folders: additionalFolders(inForce, host),
  };
}
