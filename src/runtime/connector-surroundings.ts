import type { Host } from "../base/host.ts";
import { noSandbox } from "../base/sandbox.ts";
import type { Surroundings } from "../mcp/surroundings.ts";
import { shellEnv } from "./child-env.ts";
import type { FoundConnector } from "./find-connectors.ts";
import type { ProgramWalls } from "./program-walls.ts";

export interface SurroundingsPlace {
  readonly host: Host;
  /** The member's working folder, absolute. */
  readonly dir: string;
  readonly walls: ProgramWalls;
  /** Variables that say whose it is. */
  readonly marks: Readonly<Record<string, string>>;
}

/** What a server is started with, by whomever: the same environment, the same wall. */
export function surroundingsOf(
  { confined }: Pick<FoundConnector, "confined">,
  { host, dir, walls, marks }: SurroundingsPlace,
): Omit<Surroundings, "tag" | "log"> {
  return {
    dir,
    env: { ...shellEnv(host.env), ...marks, CLAUDE_PROJECT_DIR: dir },
    hosts: listedHosts(host.env["TROUPE_ALLOW_HOSTS"]),
    confine:
      confined === undefined
        ? noSandbox().confine
        : async (program) => {
            // It stays as long as the agent does, and so would the stubs of a folder that it writes in: none by itself.
            const wall = await walls({ allowWrite: [], ...confined, stays: true });
            return wall.confine(program);
          },
  };
}

function listedHosts(value = ""): ReadonlySet<string> {
  return new Set(
    value
      .split(",")
      .map((host) => host.trim().toLowerCase())
      .filter((host) => host !== ""),
  );
}
