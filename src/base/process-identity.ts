import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { promisify } from "node:util";
import { isErrno } from "./errors.ts";

/**
 * Which process, so that a number that was used again is never taken for it. `startTime`: clock ticks since boot (field
 * 22 of /proc/<pid>/stat), elsewhere the text of `ps -o lstart=`. `pidNs`: the namespace in which `pid` means anything,
 * as text; "" where there is none. Source: proc(5), pid_namespaces(7).
 */
export type ProcessIdentity = {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
  readonly pidNs: string;
};

/** stopped: by SIGSTOP or a debugger, alive all the same. unknown: not to be seen from here (other namespace, hidden /proc). */
export type Liveness = "alive" | "stopped" | "dead" | "unknown";

interface Seen {
  /** One letter of proc(5). */
  readonly state: string;
  readonly group: number;
  readonly session: number;
  readonly startTime: string;
}

/** What differs between systems; `look` answers undefined when no such process is to be seen. */
interface ProcessTable {
  readonly boot: () => Promise<{ readonly bootId: string; readonly pidNs: string }>;
  readonly look: (pid: number) => Promise<Seen | undefined>;
  readonly pids: () => Promise<readonly number[]>;
  /** The environment a process was started with; undefined when it is gone or somebody else's. */
  readonly environment: (pid: number) => Promise<ReadonlyMap<string, string> | undefined>;
}

const table: ProcessTable = process.platform === "linux" ? linuxTable() : psTable();

/** The identity of this process. Throws when the system shows it nothing of itself. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const identity = await identityOf(process.pid);
  if (!identity) throw new Error(`process ${process.pid} cannot be found in its own process table`);
  return identity;
}

/** The identity of whoever has that number now; undefined when nobody has. A zombie still has one. */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  const seen = await table.look(pid);
  return seen && { pid, startTime: seen.startTime, ...(await table.boot()) };
}

/** The verdict of faults.md §5. Only "dead" is proof; "unknown" proves nothing. */
export async function liveness(identity: ProcessIdentity): Promise<Liveness> {
  const boot = await table.boot();
  if (boot.bootId !== identity.bootId) return "dead";
  if (boot.pidNs !== identity.pidNs) return "unknown";
  const seen = await table.look(identity.pid);
  // With /proc mounted hidepid=2 another user's process is not listed, yet the kernel knows it.
  if (!seen) return exists(identity.pid) ? "unknown" : "dead";
  if (seen.startTime !== identity.startTime || isOver(seen)) return "dead";
  return seen.state === "T" || seen.state === "t" ? "stopped" : "alive";
}

/**
 * Signals that process and no other: its identity is checked immediately before. `group` signals the whole group it
 * leads. False when it is gone, is another one, leads no group, or may not be signalled.
 */
export async function signalProcess(
  identity: ProcessIdentity,
  signal: NodeJS.Signals,
  { group = false }: { readonly group?: boolean } = {},
): Promise<boolean> {
  const verdict = await liveness(identity);
  if (verdict !== "alive" && verdict !== "stopped") return false;
  try {
    return process.kill(group ? -identity.pid : identity.pid, signal);
  } catch (error) {
    if (isErrno(error, "ESRCH", "EPERM")) return false;
    throw error;
  }
}

export interface FoundProcess {
  readonly identity: ProcessIdentity;
  /** The environment it was started with. */
  readonly env: ReadonlyMap<string, string>;
}

/**
 * Living processes of this user that were started with all of these variables, descendants included whatever their
 * session: a variable is inherited where a process group is left. Not those that dropped it.
 */
export async function taggedProcesses(
  tags: Readonly<Record<string, string>>,
): Promise<readonly FoundProcess[]> {
  const wanted = Object.entries(tags);
  const found: FoundProcess[] = [];
  for (const pid of await table.pids()) {
    const env = await table.environment(pid);
    if (!env || !wanted.every(([name, value]) => env.get(name) === value)) continue;
    const identity = await identityOf(pid);
    if (identity && (await liveness(identity)) !== "dead") found.push({ identity, env });
  }
  return found;
}

/** Living processes in the session or group that `leader` leads, itself included; [] when it is gone, for its number may then be another's. */
export async function sessionOf(leader: ProcessIdentity): Promise<readonly ProcessIdentity[]> {
  const members: ProcessIdentity[] = [];
  const boot = await table.boot();
  for (const pid of await table.pids()) {
    const seen = await table.look(pid);
    if (!seen || isOver(seen) || (seen.session !== leader.pid && seen.group !== leader.pid)) continue;
    members.push({ pid, startTime: seen.startTime, ...boot });
  }
  // Asked last: as long as the leader is there, nobody else's session bears its number.
  return (await liveness(leader)) === "dead" ? [] : members;
}

function isOver(seen: Seen): boolean {
  return seen.state === "Z" || seen.state === "X" || seen.state === "x";
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if (isErrno(error, "ESRCH")) return false;
    if (isErrno(error, "EPERM")) return true;
    throw error;
  }
}

/** The fields after the last `)`: the second field is the program's name and may hold spaces and brackets. */
export function parseStat(stat: string): Seen | undefined {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state, , group, session] = fields;
  const startTime = fields[19];
  // The last field of a text that was cut may be half of one: another start time is another process.
  if (!state || !startTime || fields[20] === undefined) return undefined;
  return { state, group: Number(group), session: Number(session), startTime };
}

/** /proc, read with blocking calls: the kernel answers from memory in microseconds. */
function linuxTable(): ProcessTable {
  let boot: { readonly bootId: string; readonly pidNs: string } | undefined;
  return {
    boot: async () => {
      boot ??= {
        bootId: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
        pidNs: readlinkSync("/proc/self/ns/pid"),
      };
      return boot;
    },
    look: async (pid) => {
      const stat = readGone(`/proc/${pid}/stat`);
      return stat === undefined ? undefined : parseStat(stat);
    },
    pids: async () =>
      readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map(Number),
    environment: async (pid) => {
      const text = readGone(`/proc/${pid}/environ`);
      return text === undefined ? undefined : parseEnvironment(text.split("\0"));
    },
  };
}

/** Undefined for a process that is gone (ENOENT, or ESRCH in the middle) or another user's. */
function readGone(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isErrno(error, "ENOENT", "ESRCH", "EACCES", "EPERM")) return undefined;
    throw error;
  }
}

export function parseEnvironment(pairs: readonly string[]): ReadonlyMap<string, string> {
  const env = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    if (equals > 0) env.set(pair.slice(0, equals), pair.slice(equals + 1));
  }
  return env;
}

/** macOS and other systems without /proc, by ps(1). Written from the manual pages, not verified on such a machine. */
function psTable(): ProcessTable {
  let boot: { readonly bootId: string; readonly pidNs: string } | undefined;
  return {
    boot: async () => {
      boot ??= { bootId: (await output("sysctl", "-n", "kern.bootsessionuuid")).trim(), pidNs: "" };
      return boot;
    },
    look: async (pid) => {
      const line = (await output("ps", "-o", "stat=,pgid=,sess=,lstart=", "-p", String(pid))).trim();
      const match = /^(\S)\S*\s+(\d+)\s+(\S+)\s+(.+)$/.exec(line);
      const [, state, group, session, startTime] = match ?? [];
      if (!state || startTime === undefined) return undefined;
      return { state, group: Number(group), session: Number(session), startTime };
    },
    pids: async () => (await output("ps", "-axo", "pid=")).trim().split(/\s+/).map(Number),
    environment: async (pid) => {
      const words = (await output("ps", "-Eww", "-o", "command=", "-p", String(pid))).trim();
      return words === "" ? undefined : parseEnvironment(words.split(/\s+/));
    },
  };
}

/** What a program printed; "" when it ended with an error, as ps does for a number nobody has. */
async function output(program: string, ...args: readonly string[]): Promise<string> {
  try {
    return (
      await promisify(execFile)(program, args, {
        env: { PATH: "/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C" },
      })
    ).stdout;
  } catch (error) {
    // execFile puts the exit status into `code`; a name there means that nothing was run.
    if (error instanceof Error && "code" in error && typeof error.code === "number") return "";
    throw error;
  }
}
