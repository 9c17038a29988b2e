/** Messages in one reply of a worker, and the time that reply takes: what two of three may send to each other. */
const BATCH = 3;
const BATCH_MS = 10_000;
/** Replies with messages for one task: five minutes of work. */
const BATCHES = 30;
/** So long takes every other reply, in ms. */
const REPLY_MS = 50;

/** Ends whatever a worker does: it completes its task. */
export const SOAK_OVER = "The soak is over.";

/** Workers send to one another for as long as they have tasks; everybody else only listens. */
export function soakScript(workers: readonly string[]): unknown {
  const done = { tool: "TaskUpdate", input: { task: "${task}", status: "completed", result: "Sent." } };
  const rules = (index: number): unknown[] => {
    const peers = Array.from({ length: BATCH }, (_, step) => {
      const away = 1 + ((step * 7 + index) % Math.max(1, workers.length - 1));
      return workers[(index + away) % workers.length];
    });
    // Looking at the tasks in between: who does nothing but talk is stopped.
    const send = [
      { tool: "TaskList", input: {} },
      ...peers.map((to, step) => ({
        tool: "SendMessage",
        input: { to, text: `Part ${step + 1} for task \${task}: ${"as it stands now. ".repeat(3)}` },
      })),
    ];
    const finish = { call: [done], delayMs: REPLY_MS, next: [{ say: "Done.", delayMs: REPLY_MS }] };
    return [
      { text: SOAK_OVER, times: "any", instead: true, ...finish },
      {
        text: "/You claimed task #(?<task>\\d+)/",
        times: "any",
        instead: true,
        call: send,
        delayMs: REPLY_MS,
        next: [
          { call: send, delayMs: BATCH_MS, times: BATCHES },
          { call: [done], delayMs: REPLY_MS },
          { say: "Done.", delayMs: REPLY_MS },
        ],
      },
      { say: "Nothing to do.", times: "any", delayMs: REPLY_MS },
    ];
  };
  return {
    agents: {
      ...Object.fromEntries(workers.map((name, index) => [name, rules(index)])),
      "*": [{ say: "I listen.", times: "any", delayMs: REPLY_MS }],
    },
  };
}

/** As many tasks as the workers can have begun by then. */
export function tasksFor(workers: number, minutes: number): number {
  return workers * (Math.ceil((minutes * 60_000) / (BATCH_MS * BATCHES)) + 1);
}
