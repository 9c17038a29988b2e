import { join } from "node:path";
import { arrayInbox } from "./array-inbox.mjs";
import { lockedList } from "./locked-list.mjs";
import { built, memberName, openBenchTeam, RECEIVER } from "./ours.mjs";
import { openRaw } from "./raw.mjs";

const CLAIM_BYTES = 130;
const MESSAGE_BYTES = 480;
const MESSAGE_TEXT = "m".repeat(300);

async function claimOurs({ folder, index }) {
  const { claimNext } = await built("team/tasks.js");
  const team = await openBenchTeam(folder);
  return {
    step: async () => {
      const outcome = await claimNext(team, memberName(index));
      return outcome?.ok ? outcome.task.id : undefined;
    },
    close: team.close,
  };
}

async function sendOurs({ folder, index }) {
  const { sendMessage } = await built("team/mail.js");
  const team = await openBenchTeam(folder);
  const message = { to: [RECEIVER], text: MESSAGE_TEXT };
  return {
    step: async () => (await sendMessage(team, memberName(index), message)).ok,
    close: team.close,
  };
}

function rawSteps(bytes) {
  return ({ folder }) => {
    const raw = openRaw(join(folder, "raw.log"), bytes);
    return {
      step: () => {
        raw.operate();
        return true;
      },
      close: raw.close,
    };
  };
}

/**
 * What one process does again and again in a workload, for us, the baseline and the bare file system. A step answers
 * what it got (an id, or true), false when it was refused, undefined when nothing is left.
 */
export const steps = {
  claims: {
    ours: claimOurs,
    baseline: ({ folder, index }) => {
      const list = lockedList(folder);
      return { step: () => list.claim(memberName(index)), close: () => undefined };
    },
    raw: rawSteps(CLAIM_BYTES),
  },
  sends: {
    ours: sendOurs,
    baseline: ({ folder, index }) => {
      const inbox = arrayInbox(join(folder, "inbox.json"));
      let count = 0;
      const step = () =>
        inbox.send({
          id: `${index}-${++count}`,
          from: memberName(index),
          text: MESSAGE_TEXT,
          timestamp: new Date().toISOString(),
          read: false,
        });
      return { step, close: () => undefined };
    },
    raw: rawSteps(MESSAGE_BYTES),
  },
};

/**
 * Steps until nothing is left, `maxSteps` are done, or `budgetMs` have passed. Latencies in microseconds; `lastMs`: when
 * the last step that got something ended, in milliseconds behind the start. Finding out that nothing is left is no work done.
 */
export async function repeatSteps({ step }, { maxSteps, budgetMs }) {
  const latenciesUs = [];
  const got = [];
  let refused = 0;
  const start = performance.now();
  const end = start + budgetMs;
  let lastMs = 0;
  while (got.length + refused < maxSteps) {
    const before = performance.now();
    if (before > end) break;
    const answer = await step();
    if (answer === undefined) break;
    const after = performance.now();
    latenciesUs.push(Math.round((after - before) * 1000));
    if (answer === false) refused += 1;
    else {
      got.push(answer);
      lastMs = after - start;
    }
  }
  return { latenciesUs, got, refused, lastMs };
}
