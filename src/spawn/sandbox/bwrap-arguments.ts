import type { Program } from "../../base/sandbox.ts";
import type { Mount } from "./mount.ts";
import type { SandboxPolicy } from "./policy.ts";

/** Programs the wall is made of, absolute. */
export interface WallPrograms {
  readonly bwrap: string;
  readonly prlimit: string;
}

/** A file that exists inside only; its bytes come by a descriptor. */
export interface InsideFile {
  readonly path: string;
  readonly descriptor: number;
}

/** Limits of every confined process. Not `--as`: WebAssembly reserves address space that it never uses. */
const LIMITS = ["--nproc=512", "--data=4294967296", "--fsize=2147483648"] as const;
/** Of one that is to come to an end. */
const TIME_LIMIT = "--cpu=600";
/** Folders in memory are bounded too. */
const SCRATCH_BYTES = "2147483648";

/** Everything but what is mounted. `--chdir` comes after the mounts. */
export function wallArguments(
  policy: Pick<SandboxPolicy, "network">,
  mounts: readonly Mount[],
  { files, seccomp }: { readonly files: readonly InsideFile[]; readonly seccomp: number },
): readonly string[] {
  return [
    "--unshare-all",
    "--unshare-user",
    ...(policy.network === "host" ? ["--share-net"] : []),
    "--disable-userns",
    "--die-with-parent",
    "--new-session",
    "--cap-drop",
    "ALL",
    "--ro-bind",
    "/",
    "/",
    "--dev",
    "/dev",
    "--proc",
    "/proc",
    // As root even a process without capabilities may write some of these.
    "--ro-bind",
    "/proc/sys",
    "/proc/sys",
    ...mounts.flatMap(mountArguments),
    ...files.flatMap(({ path, descriptor }) => ["--ro-bind-data", String(descriptor), path]),
    // Last: nothing more is put into them.
    ...mounts
      .filter(({ kind, isFile }) => kind === "hidden" && !isFile)
      .flatMap(({ path }) => ["--remount-ro", path]),
    "--seccomp",
    String(seccomp),
  ];
}

function mountArguments({ kind, path, isFile }: Mount): readonly string[] {
  if (kind === "writable" || kind === "pin") return ["--bind", path, path];
  if (kind === "read-only" || kind === "guard") return ["--ro-bind", path, path];
  if (kind === "scratch") return ["--size", SCRATCH_BYTES, "--tmpfs", path];
  // Mounted without the right to open devices: not even an empty text is read from it.
  return isFile ? ["--ro-bind", "/dev/null", path] : ["--tmpfs", path];
}

/** Where the inside finds what it has to be. */
const PATHS = "/run/troupe/paths";
const IDS = "/run/troupe/ids";

/**
 * Run inside before the program: what was mounted must be what was looked at. Another confined program that writes in
 * the same folder could have swapped a folder for a link between the look and the mount; now nothing can be swapped any
 * more. Its programs are the system's: on PATH may stand a folder of the agent's. Then it closes what the starter inherited from whoever started it.
 */
const CHECK = `read -r wanted <${IDS}
found=$(PATH=/usr/bin:/bin:$PATH xargs -0 stat -c %d:%i -- <${PATHS} 2>/dev/null)
if [ "$(echo $found)" != "$wanted" ]; then
  echo "the sandbox is not what it has to be: the folder changed in this moment; try again" >&2
  exit 126
fi
for open in /proc/self/fd/*; do
  number=\${open##*/}
  if [ "$number" -gt 2 ]; then eval "exec $number>&-"; fi
done
unset wanted found open number
exec "$@"`;

/** The two files of the check: paths, and what has to stand there. */
export function checkFiles(
  mounts: readonly Mount[],
): readonly { readonly path: string; readonly text: string }[] {
  const checked = mounts.filter(({ id }) => id !== undefined);
  return [
    { path: PATHS, text: checked.map(({ path }) => `${path}\0`).join("") },
    { path: IDS, text: `${checked.map(({ id }) => id).join(" ")}\n` },
  ];
}

/** The program behind the wall. What the wall is made of is read from a descriptor, so that it stands in no process list. */
export function confinedArgv(
  { bwrap, prlimit }: WallPrograms,
  argumentsDescriptor: number,
  { argv, dir }: Pick<Program, "argv" | "dir">,
  stays = false,
): readonly [string, ...string[]] {
  const wall = [bwrap, "--args", String(argumentsDescriptor), "--chdir", dir] as const;
  return [
    ...wall,
    "--",
    "/bin/bash",
    "--noprofile",
    "--norc",
    "-c",
    CHECK,
    "bash",
    prlimit,
    ...LIMITS,
    ...(stays ? [] : [TIME_LIMIT]),
    "--",
    ...argv,
  ];
}
