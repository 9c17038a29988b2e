import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host } from "../../base/host.ts";
import { type OpenedSandbox, openSandbox } from "../../spawn/sandbox/open-sandbox.ts";
import type { Checked, Finding } from "./finding.ts";

/**
 * Whether the commands of agents can be confined here: tried on a program that does nothing, in a folder of its own.
 * `searched`: as `openSandbox` has it.
 */
export async function checkSandbox(
  { env, home }: Pick<Host, "env" | "home">,
  searched?: readonly string[],
): Promise<Checked> {
  const word = env["TROUPE_SANDBOX"] ?? "";
  const turnedOff = word === "off" ? ["TROUPE_SANDBOX is off: commands are not confined"] : [];
  const began = performance.now();
  const opened = await tried(env["PATH"] ?? "", home, searched);
  if (!opened.ok)
    return {
      facts: [...turnedOff, "commands of agents cannot be confined"],
      findings: [unconfined(opened.reason, opened.hint)],
    };
  const ms = Math.round(performance.now() - began);
  return {
    facts: [...turnedOff, `bubblewrap confines the commands of agents (tried in ${ms} ms)`],
    findings: process.getuid?.() === 0 ? [root()] : [],
  };
}

async function tried(path: string, home: string, searched?: readonly string[]): Promise<OpenedSandbox> {
  const base = await mkdtemp(join(tmpdir(), "troupe-doctor-"));
  const work = join(base, "work");
  try {
    await mkdir(work);
    return await openSandbox({
      env: { PATH: path },
      ...(searched === undefined ? {} : { searched }),
      policy: {
        writable: [work],
        visible: [],
        readOnly: [],
        hidden: [],
        protectedNames: { folders: [], files: [], open: [] },
        network: "none",
        home,
        stateDir: join(base, "state"),
      },
    });
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

function unconfined(reason: string, hint: string): Finding {
  return {
    id: "DR060",
    area: "sandbox",
    team: null,
    severity: "warning",
    details: [],
    fix: null,
    what: `commands of agents cannot be confined: ${reason}`,
    why: "an agent's shell could read and change whatever you can; until you allow that, it has none",
    do: hint,
  };
}

function root(): Finding {
  return {
    id: "DR061",
    area: "sandbox",
    team: null,
    severity: "note",
    details: [],
    fix: null,
    what: "troupe runs as root",
    why: "inside of the sandbox too, root reads all that is root's and not hidden, and the limit of processes does not bind it",
    do: "run troupe as an ordinary user",
  };
}
