import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The environment in which nobody is asked, as root too. */
export const PERMISSIVE = { IS_SANDBOX: "1" } as const;

/**
 * The user's own settings, for teams whose model is a script that waits for nobody: no questions, and no sandbox, which
 * not every machine has. `more`: other keys of the file.
 */
export function writePermissive(configDir: string, more: Readonly<Record<string, unknown>> = {}): void {
  mkdirSync(configDir, { recursive: true });
  writeFileSync(
    join(configDir, "settings.json"),
    JSON.stringify({
      permissions: { defaultMode: "bypassPermissions" },
      sandbox: { enabled: false },
      ...more,
    }),
    { mode: 0o600 },
  );
}
