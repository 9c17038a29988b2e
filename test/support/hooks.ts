import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type HookDeps, type Hooks, openHooks } from "../../src/runtime/hooks/open-hooks.ts";
import { type HookConfig, type HookSettings, readHooks } from "../../src/runtime/hooks/read-hooks.ts";
import { watchLeaks } from "./leaks.ts";
import { tempFolder } from "./temp-folder.ts";

type File = HookSettings["files"][number];

/** A settings file that counts, of the user unless said otherwise. */
export function settingsFile(content: Readonly<Record<string, unknown>>, fields: Partial<File> = {}): File {
  const scope = fields.scope ?? "user";
  return { scope, path: `/etc/${scope}.json`, root: "/etc", isTrusted: true, content, ...fields };
}

export function configOf(...files: readonly File[]): HookConfig {
  return readHooks({ files });
}

/** The user's handlers of one event, for whatever it is about. */
export function handlers(event: string, ...list: readonly unknown[]): HookConfig {
  return configOf(settingsFile({ hooks: { [event]: [{ hooks: list }] } }));
}

export interface HooksUnderTest extends Hooks {
  /** Where programs start. */
  readonly dir: string;
  /** Trouble in the background. */
  readonly troubles: readonly string[];
}

/** Hooks that run as real processes in a folder of their own; whatever they leave behind fails the test. */
export function hooksOf(
  config: HookConfig,
  more: Partial<HookDeps> = {},
  { isWatched = true } = {},
): HooksUnderTest {
  const dir = tempFolder();
  const testId = isWatched ? watchLeaks(dir) : "unwatched";
  const troubles: string[] = [];
  let ids = 0;
  const hooks = openHooks({
    config,
    dir,
    projectDir: dir,
    env: { PATH: "/usr/bin:/bin", TROUPE_TEST_ID: testId },
    hostEnv: {},
    newId: () => `${testId}-id${++ids}`,
    common: () => Promise.resolve({ session_id: "s", cwd: dir }),
    longTexts: join(dir, "long"),
    hide: (text) => text,
    onTrouble: (problem) => troubles.push(problem),
    ...more,
  });
  onTestFinished(hooks.close);
  return { ...hooks, dir, troubles };
}

/** A line of sh that reads its input, says this and ends so. */
export function saying(said: { readonly out?: string; readonly err?: string; readonly exit?: number }): {
  readonly type: "command";
  readonly command: string;
} {
  const { out = "", err = "", exit = 0 } = said;
  return {
    type: "command",
    command: `cat >/dev/null; printf %s ${quoted(out)}; printf %s ${quoted(err)} >&2; exit ${exit}`,
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** What the tests that look at one call fire with. */
export const CALL = {
  tool_name: "Bash",
  tool_input: { command: "ls" },
  tool_use_id: "toolu_1",
} as const;

export const NEVER: AbortSignal = new AbortController().signal;
