import { Confinement } from "../protocol/confinement.ts";
import type { Settings } from "../protocol/settings.ts";
import type { SettingsInForce } from "./settings.ts";
import { mergedSettings } from "./settings-merge.ts";

/** That a program is confined, and what is open to it all the same. */
export type Confined = Exclude<Confinement, boolean>;

/**
 * How a server is confined; undefined = not at all, which it is unless somebody wants it: it was approved, and most
 * need the network. What the organisation's settings want binds all servers but its own; then its name in the other
 * settings, then its own entry, then what the settings want for all.
 */
export function connectorConfinement(
  settings: SettingsInForce,
  {
    name,
    own,
    isManaged,
  }: { readonly name: string; readonly own: Confinement | undefined; readonly isManaged: boolean },
): Confined | undefined {
  const { named, others } = wantedFor(mergedSettings(managedOf(settings)), name);
  const bound = isManaged ? undefined : demanded(named ?? others);
  if (bound !== undefined) return bound;
  const all = wantedFor(mergedSettings(settings), name);
  return demanded(all.named ?? own ?? all.others);
}

/** The same for a command hook: the organisation's word, then its own, then that of the settings. */
export function hookConfinement(
  settings: readonly HookSandbox[],
  { own, isManaged }: { readonly own: Confinement | undefined; readonly isManaged: boolean },
): Confined | undefined {
  const bound = isManaged
    ? undefined
    : demanded(firstOf(settings.filter(({ scope }) => scope === "managed")));
  return bound ?? demanded(own ?? firstOf(settings.filter(({ isTrusted }) => isTrusted)));
}

/** A settings file, strongest first, as far as it is about the sandbox of hooks. */
export interface HookSandbox {
  readonly scope: string;
  readonly isTrusted: boolean;
  readonly content: Readonly<Record<string, unknown>>;
}

function firstOf(files: readonly HookSandbox[]): Confinement | undefined {
  for (const { content } of files) {
    const { sandbox } = content as Settings;
    const word = Confinement.safeParse(sandbox?.hooks).data;
    if (word !== undefined) return word;
  }
  return undefined;
}

function managedOf(settings: SettingsInForce): SettingsInForce {
  return { ...settings, files: settings.files.filter(({ scope }) => scope === "managed") };
}

function wantedFor(
  { sandbox }: Settings,
  name: string,
): { readonly named: Confinement | undefined; readonly others: Confinement | undefined } {
  const { connectors } = sandbox ?? {};
  if (typeof connectors !== "object") return { named: undefined, others: connectors };
  return { named: Object.hasOwn(connectors, name) ? connectors[name] : undefined, others: connectors["*"] };
}

function demanded(word: Confinement | undefined): Confined | undefined {
  if (word === undefined || word === false) return undefined;
  return word === true ? {} : word;
}
