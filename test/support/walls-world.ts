import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Host } from "../../src/base/host.ts";
import { type ProgramWalls, programWalls, type WallPlace } from "../../src/runtime/program-walls.ts";
import type { SettingsFile } from "../../src/runtime/settings.ts";
import { tempFolder } from "./temp-folder.ts";
import { testHost } from "./test-host.ts";

/** The repository and Node: both may lie in a home, which is hidden behind the wall. */
const READABLE = [join(import.meta.dirname, "../.."), dirname(dirname(process.execPath))];

export interface WallsWorld {
  readonly host: Host;
  readonly home: string;
  /** The work folder, in the home. */
  readonly dir: string;
  readonly walls: ProgramWalls;
}

/** Walls for what a member that works in its home starts. `isThere`: bubblewrap can be found. */
export function wallsWorld({
  isThere = true,
  env = {},
}: {
  readonly isThere?: boolean;
  readonly env?: Record<string, string>;
} = {}): WallsWorld {
  const home = tempFolder();
  const dir = join(home, "work");
  const agentFolder = join(home, ".claude/teams/t/agents/ada");
  for (const folder of [dir, agentFolder]) mkdirSync(folder, { recursive: true });
  const host = {
    ...testHost("w", { PATH: isThere ? "/usr/bin:/bin" : "", HOME: home, ...env }),
    home,
  };
  const user: SettingsFile = {
    scope: "user",
    path: "/s.json",
    root: "/",
    content: { sandbox: { filesystem: { allowRead: [...READABLE] } } },
    isTrusted: true,
  };
  const place: WallPlace = {
    host,
    dir,
    agentFolder,
    settings: { files: [user], problems: [], marks: new Map() },
    ...(isThere ? {} : { searched: [] }),
  };
  return { host, home, dir, walls: programWalls(place) };
}
