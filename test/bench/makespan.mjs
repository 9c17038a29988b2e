import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { memberNames, startAgents, stopAgents } from "./agent-process.mjs";
import { lastOf, startModel } from "./model.mjs";
import { built, createBenchTeam, must, openBenchTeam } from "./ours.mjs";
import { sizesOf } from "./sizes.mjs";
import { median } from "./statistics.mjs";

/** Teams of one line run side by side: together they are no more processes than the next line. */
const FULL = { lines: [[1, 2, 4], [8], [16]], rounds: 5, turnMs: 2_000, tasksEach: 2 };
const SMOKE = { lines: [[1, 2]], rounds: 1, turnMs: 200, tasksEach: 1 };
/** A task is worked on in two replies: one that completes it, and the last word. */
const TURNS = 2;
const SUBJECT = /You claimed task #(\d+)/;

/** Each reply takes `turnMs`. `each(ms)` is told when a last word went out. */
function workingModel(turnMs, each) {
  return startModel(({ body }) => {
    const { texts, tools } = lastOf(body());
    const task = texts.map((text) => SUBJECT.exec(text)?.[1]).find((number) => number !== undefined);
    if (tools.length > 0 || task === undefined) return { say: "done", delayMs: turnMs, sent: each };
    const input = { task: Number(task), status: "completed", result: "made" };
    return { calls: [{ tool: "TaskUpdate", input }], delayMs: turnMs };
  });
}

async function openLine(folder, agents, { turnMs, tasksEach }) {
  mkdirSync(folder, { recursive: true });
  await createBenchTeam(folder, 0, { members: agents, backend: "child" });
  let words = 0;
  let whenDone;
  const model = await workingModel(turnMs, (ms) => {
    words += 1;
    if (words % (agents * tasksEach) === 0) whenDone?.(ms);
  });
  const started = await startAgents(folder, memberNames(agents), model.url);
  const team = await openBenchTeam(folder);
  const { createTask } = await built("team/tasks.js");
  const gone = Promise.race(
    started.agents.map(async ({ name, exited, complaints }) => {
      await exited;
      throw new Error(`agent ${name} ended: ${complaints.join("")}`);
    }),
  );
  gone.catch(() => undefined);
  return {
    agents,
    /** From the first task that exists to the last word of the last agent, in ms. */
    round: async () => {
      const began = performance.now();
      const done = new Promise((resolve) => {
        whenDone = resolve;
      });
      for (let count = 0; count < agents * tasksEach; count++)
        must(await createTask(team, "user", { subject: `Work ${count}` }));
      return (await Promise.race([done, gone])) - began;
    },
    stop: async () => {
      await team.close();
      await stopAgents(started.agents);
      model.stop();
    },
  };
}

/** P11: how near a team comes to sharing the work without loss. The tasks grow with the agents; so the ideal is one time. */
export async function makespan(folder, options) {
  const sizes = sizesOf(FULL, SMOKE, options);
  const idealMs = sizes.turnMs * TURNS * sizes.tasksEach;
  const rows = [];
  for (const line of sizes.lines) {
    const teams = [];
    try {
      for (const agents of line) teams.push(await openLine(join(folder, String(agents)), agents, sizes));
      const times = teams.map(() => []);
      for (let round = 0; round < sizes.rounds; round++) {
        const lasted = await Promise.all(teams.map((team) => team.round()));
        lasted.forEach((ms, index) => times[index].push(ms));
      }
      teams.forEach(({ agents }, index) => {
        const ms = median(times[index]);
        const ratio = idealMs / ms;
        const row = {
          id: "P11",
          params: { agents, tasks: agents * sizes.tasksEach, turnMs: sizes.turnMs },
          ours: { makespanMs: ms, speedUp: agents * ratio },
          baseline: { makespanMs: idealMs },
          ratio,
          target: agents <= 8 ? "≥ 0.9 of the ideal" : "shown",
          ok: agents > 8 || ratio >= 0.9,
        };
        options.progress(row);
        rows.push(row);
      });
    } finally {
      await Promise.all(teams.map((team) => team.stop()));
    }
  }
  rmSync(folder, { recursive: true, force: true });
  return rows;
}
