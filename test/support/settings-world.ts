import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Host } from "../../src/base/host.ts";
import { readSettings, type SettingsInForce } from "../../src/runtime/settings.ts";
import { tempFolder } from "./temp-folder.ts";
import { testHost } from "./test-host.ts";

/** A home, a project that is a git repository, and an organisation's folder, each empty. */
export interface SettingsWorld {
  readonly host: Host;
  readonly config: string;
  readonly project: string;
  readonly managed: string;
  /** Writes a file below a folder; `content` that is no text as JSON. */
  readonly put: (path: string, content: unknown) => string;
  readonly git: (...args: readonly string[]) => void;
  readonly read: (dir?: string) => Promise<SettingsInForce>;
}

export function settingsWorld(): SettingsWorld {
  const root = tempFolder();
  const [home, project, managed] = [join(root, "home"), join(root, "project"), join(root, "managed")];
  const config = join(home, ".claude");
  for (const folder of [config, project, managed]) mkdirSync(folder, { recursive: true });
  const git = (...args: readonly string[]): void => {
    execFileSync("git", ["-C", project, "-c", "user.name=a", "-c", "user.email=a@b", ...args], {
      stdio: "ignore",
      env: { PATH: "/usr/bin:/bin", HOME: home },
    });
  };
  git("init", "-q");
  const host = { ...testHost("settings-"), home, cwd: project };
  return {
    host,
    config,
    project,
    managed,
    git,
    put: (path, content) => {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content, null, 2));
      return path;
    },
    read: (dir = project) => readSettings(host, { dir, managedFolder: managed }),
  };
}
