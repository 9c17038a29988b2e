import { agentStart, idle } from "./agents.mjs";
import { broadcast } from "./broadcast.mjs";
import { cliStart } from "./cli-start.mjs";
import { CONTROL_WORKLOADS } from "./control-workloads.mjs";
import { delivery } from "./latency.mjs";
import { makespan } from "./makespan.mjs";
import { openCost } from "./open-team.mjs";
import { promptCost } from "./prompt-cost.mjs";
import { rescue } from "./rescue.mjs";
import { resumeTeam } from "./resume.mjs";
import { claims, sends } from "./throughput.mjs";
import { turnOverhead } from "./turns.mjs";

/**
 * Every workload by its id, in the order of the table. `run(folder, { smoke, rounds, progress })` answers its rows.
 * Those without `run` have a reason instead.
 */
export const WORKLOADS = {
  P1: {
    title: "claim until no task is left",
    target:
      "ratio ≥ 30x at 100 tasks, ≥ 200x at 1,000, ≥ 2,000x at 10,000; p99 ≤ 1/10; no double; nobody starved",
    run: claims,
  },
  P2: {
    title: "send to one mailbox",
    target: "ratio ≥ 30x, ≥ 1,000x at a backlog of 10,000; p99 ≤ 1/10; none refused",
    run: sends,
  },
  P3: {
    title: "delivery: `send` called until the receiver's callback",
    target: "p50 < 5 ms, p99 < 50 ms, ≥ 100x poll; < 1,100 ms when every watch event is dropped; none lost",
    run: delivery,
  },
  P4: {
    title: "broadcast: one message to all, until the last member has it",
    target: "sent < 1 ms a member; all delivered p99 < 100 ms; none lost",
    run: broadcast,
  },
  P5: {
    title: "idle agents",
    target: "16 together < 2 % of one core; no model call",
    run: idle,
  },
  P6: { title: "one command", target: "≤ 1.6x of `node -e 0` plus 60 ms", run: cliStart },
  P7: {
    title: "agent process before its first turn",
    target: "< 90 MB, ready < 500 ms; 16 ready < 6,000 ms",
    run: agentStart,
  },
  P8: {
    title: "turn overhead: the model's last byte until the next request, ten tool calls",
    target: "p99 < 15 ms up to 1 MB of transcript; does not grow with it",
    run: turnOverhead,
  },
  P9: { title: "screen while members stream", why: "comes with the terminal UI" },
  P10: { title: "attach to a large team", why: "comes with the terminal UI" },
  P11: {
    title: "makespan of tasks that are turns of a fixed time, against the ideal",
    target: "≥ 0.9 of the ideal at 8 agents",
    run: makespan,
  },
  P12: { title: "rescue: `kill -9` of a task's owner", target: "p99 < 5,000 ms", run: rescue },
  P13: {
    title: "resume after `kill -9` of everything, until every member's request is at the model",
    target: "< 10,000 ms",
    run: resumeTeam,
  },
  P14: {
    title: "fixed cost of the prompt, and what the server can find again",
    target: "< 4,000 tokens (bytes / 4); ≥ 95 % of what is cacheable",
    run: promptCost,
  },
  open: {
    title: "cold start: a process opens its team",
    target: "100,000 entries with a snapshot < 250 ms: no 100,000 lines are parsed",
    run: openCost,
  },
  ...CONTROL_WORKLOADS,
};
