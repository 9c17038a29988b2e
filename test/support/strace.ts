import { spawn } from "node:child_process";
import { once } from "node:events";
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
  const tracer = spawn("strace", ["-f", "-o", output, "-p", String(pid), ...options], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C" },
  });
  let said = "";
  tracer.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = once(tracer, "close");
  // Its own word, not the kernel's TracerPid: that is there a moment before the process has been stopped once.
  await until(
    () => {
      if (tracer.exitCode !== null) throw new Error(`strace ended: ${said}`);
      return / attached\b/.test(said);
    },
    { within: 20_000, every: 1, what: "strace is attached" },
  );
  return {
    end: async () => {
      tracer.kill("SIGINT");
      await ended;
    },
  };
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
