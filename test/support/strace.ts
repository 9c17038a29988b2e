import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { until } from "./until.ts";

export interface Tracing {
  /** Lets the process go on alone. */
  readonly end: () => Promise<void>;
}

/**
 * Traces a running process, all its threads; what strace sees goes to the file `output`. Attaching costs 10 ms where a
 * new process would cost 150. Counts of `when=` begin here, for each thread.
 */
export async function attachStrace(
  pid: number,
  output: string,
  options: readonly string[],
): Promise<Tracing> {
  // Never with --seccomp-bpf: injections are then silently ignored.
  const tracer = spawn("strace", ["-f", "-qq", "-o", output, "-p", String(pid), ...options], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
  });
  let complaint = "";
  tracer.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const ended = once(tracer, "close");
  await until(
    () => {
      if (tracer.exitCode !== null) throw new Error(`strace ended: ${complaint}`);
      return isTraced(pid);
    },
    { within: 20_000, every: 1, what: "all threads are traced" },
  );
  return {
    end: async () => {
      tracer.kill("SIGINT");
      await ended;
    },
  };
}

function isTraced(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((thread) =>
    /^TracerPid:\t[1-9]/m.test(readFileSync(`/proc/${pid}/task/${thread}/status`, "utf8")),
  );
}

export interface TracedCall {
  readonly thread: string;
  readonly call: string;
  /** Every path it names, by text or by descriptor (`strace -y`). */
  readonly paths: readonly string[];
  readonly isInjected: boolean;
}

/** The calls in an output of strace; of one that was interrupted the beginning. */
export function tracedCalls(output: string): readonly TracedCall[] {
  return output.split("\n").flatMap((line) => {
    const [, thread, call] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    if (thread === undefined || call === undefined) return [];
    const paths = [...line.matchAll(/<(\/[^<>]*)>|"(\/[^"]*)"/g)].map(
      ([, byNumber, byText]) => byNumber ?? byText ?? "",
    );
    return [{ thread, call, paths, isInjected: line.includes("(INJECTED)") || line.includes("(DELAYED)") }];
  });
}
