import { isAbsolute } from "node:path";
import { TroupeError } from "../base/errors.ts";
import { noSandbox, type Sandbox } from "../base/sandbox.ts";
import { openSandbox, type SandboxOptions } from "../spawn/sandbox/open-sandbox.ts";
import type { SandboxPolicy } from "../spawn/sandbox/policy.ts";
import { shellEnv } from "./child-env.ts";
import type { Confined } from "./confinement.ts";
import { given } from "./given.ts";
import { wantedSandbox } from "./member-sandbox.ts";
import { realPathSoFar } from "./real-path.ts";
import { type PolicyPlace, sandboxPolicy, settingsPath } from "./sandbox-policy.ts";

/** What a program needs besides what it was configured with. */
export interface WallNeeds extends Confined {
  /** Seen read-only though they are hidden from commands; absolute. */
  readonly visible?: readonly string[];
  /** Writable besides; absolute. */
  readonly writable?: readonly string[];
  /** It lives as long as its agent. */
  readonly stays?: boolean;
}

/**
 * The wall around a program that is no command of an agent: a server, a hook. Made when it is first wanted. Rejects with
 * `denied` where there can be none: the program is not started then. A person who turned the sandbox off has none.
 */
export type ProgramWalls = (needs: WallNeeds) => Promise<Sandbox>;

export interface WallPlace extends PolicyPlace {
  /** As `openSandbox` has it. */
  readonly searched?: SandboxOptions["searched"];
}

export function programWalls(place: WallPlace): ProgramWalls {
  const known = new Map<string, Promise<Sandbox>>();
  return (needs) => {
    const key = JSON.stringify(needs);
    const wall = known.get(key) ?? openWall(place, needs);
    known.set(key, wall);
    return wall;
  };
}

async function openWall({ searched, ...place }: WallPlace, needs: WallNeeds): Promise<Sandbox> {
  const { host, settings } = place;
  const wanted = wantedSandbox(host, settings);
  if (wanted.status === "off") return noSandbox();
  const usual = sandboxPolicy(place);
  const opened =
    wanted.status === "unavailable"
      ? { ok: false as const, ...wanted }
      : await openSandbox({
          policy: policyFor(usual, needs, place),
          env: { ...shellEnv(host.env), PATH: safePath(host.env["PATH"], usual) },
          ...given({ searched }),
        });
  if (opened.ok) return opened.sandbox;
  throw new TroupeError("denied", `it is to run in a sandbox, and there is none here (${opened.reason})`, {
    hint: opened.hint,
  });
}

/** That of commands, but for the folders it writes in and the network. */
function policyFor(usual: SandboxPolicy, needs: WallNeeds, { host, dir }: PolicyPlace): SandboxPolicy {
  const { network, allowWrite, visible = [], writable = [], stays = false } = needs;
  const own = allowWrite?.map((path) => settingsPath(path, dir, host.home)) ?? usual.writable;
  const open = [...own, ...writable];
  const openNow = new Set(open.map(realPathSoFar));
  // What commands may change is there to be read: the folder it starts in above all.
  const closed = usual.writable.filter((path) => !openNow.has(realPathSoFar(path)));
  return {
    ...usual,
    writable: open,
    visible: [...usual.visible, ...visible, ...closed],
    network: networkOf(network) ?? usual.network,
    stays,
  };
}

function networkOf(wanted: boolean | undefined): SandboxPolicy["network"] | undefined {
  if (wanted === undefined) return undefined;
  return wanted ? "host" : "none";
}

/** The wall must not be made of a program that the agent's commands can write. */
function safePath(path = "", { writable }: SandboxPolicy): string {
  const folders = writable.map(realPathSoFar);
  const isWritable = (folder: string): boolean =>
    folders.some((open) => `${realPathSoFar(folder)}/`.startsWith(`${open}/`));
  return path
    .split(":")
    .filter((folder) => isAbsolute(folder) && !isWritable(folder))
    .join(":");
}
