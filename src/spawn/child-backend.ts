import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, constants, fchmodSync, openSync } from "node:fs";
import { TroupeError } from "../base/errors.ts";
import { identityOf } from "../base/process-identity.ts";
import type { Backend, Exit, Started, StartSpec } from "./backend.ts";

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;

/**
 * A background process: own session and process group, argv without a shell, nothing inherited but what the spec names.
 * It holds no descriptor of the starter, so it neither ends with it nor keeps its terminal open.
 */
export function childBackend(): Backend {
  return { start };
}

async function start(spec: StartSpec): Promise<Started> {
  const output = openOutput(spec);
  try {
    return await spawned(spec, output);
  } finally {
    closeSync(output);
  }
}

function openOutput({ argv, outputPath }: StartSpec): number {
  try {
    const file = openSync(outputPath, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    fchmodSync(file, 0o600);
    return file;
  } catch (error) {
    throw new TroupeError("failed", `${argv[0]} was not started: its output cannot go to ${outputPath}`, {
      cause: error,
    });
  }
}

async function spawned(spec: StartSpec, output: number): Promise<Started> {
  const [program, ...args] = spec.argv;
  const child = tryToSpawn(spec, () =>
    spawn(program, args, {
      cwd: spec.cwd,
      env: { ...spec.env },
      detached: true,
      stdio: ["ignore", output, output],
    }),
  );
  // Listened to before anything is awaited: a short life may be over by then.
  const exited = new Promise<Exit>((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ? { signal } : { code: code ?? 0 }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause) => reject(notStarted(spec, cause)));
  });
  child.unref();
  const { pid } = child;
  // Node has not yet come to collect the exit status, so even a process that is over is still listed.
  const identity = pid === undefined ? undefined : await identityOf(pid);
  if (!identity) throw notStarted(spec, new Error(`no process ${pid} to be seen`));
  return { identity, exited };
}

/** Some errnos (EAGAIN, E2BIG) are thrown, the others are an event. */
function tryToSpawn(spec: StartSpec, attempt: () => ChildProcess): ChildProcess {
  try {
    return attempt();
  } catch (cause) {
    throw notStarted(spec, cause);
  }
}

function notStarted({ argv, cwd }: StartSpec, cause: unknown): TroupeError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TroupeError("failed", `${argv[0]} was not started in ${cwd}: ${why}`, { cause });
}
