import { createInterface } from "node:readline";
import { startChild } from "./children.mjs";

const START_DELAY_MS = 40;

function startProcess(args) {
  const child = startChild([new URL("process.mjs", import.meta.url).pathname, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = new Promise((resolve) => {
    child.on("error", resolve);
    child.on("exit", resolve);
  });
  return {
    ask: async (order) => {
      child.stdin.write(`${JSON.stringify(order)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("a process of the workload ended early; its error stands above");
      return JSON.parse(value);
    },
    stop: async () => {
      child.stdin.end();
      child.kill();
      await exited;
    },
  };
}

/**
 * Processes that live over all rounds of a workload. `run` prepares each with its spec, waits until all are READY,
 * starts them at one instant and answers their reports, with `seconds` from the first start to the last step.
 */
export function startPool(count, args = []) {
  const processes = Array.from({ length: count }, () => startProcess(args));
  return {
    run: async (spec) => {
      await Promise.all(
        processes.map((one, index) => one.ask({ prepare: { ...spec, index, procs: count } })),
      );
      const goMs = Number(process.hrtime.bigint()) / 1e6 + START_DELAY_MS;
      const reports = await Promise.all(processes.map((one) => one.ask({ goMs })));
      const first = Math.min(...reports.map(({ startMs }) => startMs));
      const last = Math.max(...reports.map(({ startMs, lastMs = 0 }) => startMs + lastMs));
      return { reports, seconds: (last - first) / 1000 };
    },
    stop: () => Promise.all(processes.map((one) => one.stop())),
  };
}
