import { EventEmitter } from "node:events";
import fs, { readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { arrayInbox } from "./array-inbox.mjs";
import { built, memberName, must, openBenchTeam } from "./ours.mjs";
import { pollMailbox } from "./poll.mjs";

/** What has not come by then is lost. */
const LOST_MS = 30_000;

const nothing = () => undefined;
function silentWatcher() {
  return Object.assign(new EventEmitter(), { close: nothing, ref: nothing, unref: nothing });
}

/** Makes this process deaf: every watch is accepted and never fires, as on WSL's `/mnt` or a full event queue. */
export function dropWatchEvents() {
  fs.watch = silentWatcher;
  syncBuiltinESMExports();
}

const nowNs = () => process.hrtime.bigint();
const nowUs = () => Number(nowNs() / 1000n);
const stamped = (kind) => `${kind} ${nowNs()} ${"x".repeat(200)}`;

async function openOurs({ folder, index, procs }) {
  const { sendMessage, openMailbox } = await built("team/mail.js");
  const team = await openBenchTeam(folder);
  const everybody = Array.from({ length: procs }, (_, other) => memberName(other));
  const others = everybody.filter((_, other) => other !== index);
  const stop = new AbortController();
  return {
    send: async (to, text) =>
      must(await sendMessage(team, memberName(index), { to: [memberName(to)], text })),
    sendAll: async (text) => must(await sendMessage(team, memberName(index), { to: others, text })),
    receive: async (callback) => {
      const mailbox = await openMailbox(team, memberName(index), new Set());
      for await (const _ of mailbox.changes(stop.signal)) {
        const messages = await mailbox.take();
        for (const message of messages) callback(message.text);
        if (messages.length > 0) await mailbox.delivered(messages.at(-1));
      }
    },
    close: async () => {
      stop.abort();
      await team.close();
    },
  };
}

function openPoll({ folder, index, procs, pollMs }) {
  const inboxOf = (owner) => arrayInbox(join(folder, `${memberName(owner)}.json`));
  const stop = new AbortController();
  const read = () => JSON.parse(readFileSync(join(folder, `${memberName(index)}.json`), "utf8"));
  const send = async (to, text) => {
    if (!(await inboxOf(to).send({ from: memberName(index), text }))) throw new Error("refused");
  };
  return {
    send,
    sendAll: async (text) => {
      for (let to = 0; to < procs; to++) if (to !== index) await send(to, text);
    },
    receive: async (callback) => {
      // Receivers of one run do not read in step: each began at its own moment.
      await pause((pollMs * index) / procs);
      await pollMailbox(read, pollMs, (message) => callback(message.text), stop.signal);
    },
    close: () => stop.abort(),
  };
}

/**
 * One member: sends a message a second to its neighbour for `seconds`, and receives. With `burst`, member 0 sends that
 * many at once at the end. Answers the latency of each message it received, in microseconds, by kind (`first` is the
 * first one that a mailbox ever gets), and how many it sent.
 */
export async function prepareDelivery(spec) {
  const end = await (spec.impl === "ours" ? openOurs(spec) : openPoll(spec));
  const latencies = { first: [], single: [], burst: [] };
  const receiving = end.receive((received) => {
    const [kind, at] = received.split(" ");
    latencies[kind].push(Number((nowNs() - BigInt(at)) / 1000n));
  });
  const to = (spec.index + 1) % spec.procs;

  return {
    run: async () => {
      await pause((1000 * spec.index) / spec.procs);
      for (let second = 0; second < spec.seconds; second++) {
        await end.send(to, stamped(second === 0 ? "first" : "single"));
        // One a second on average, and never in step with a receiver that looks each second.
        await pause(500 + 1000 * ((0.618 * second + 0.37 * spec.index) % 1));
      }
      const burst = spec.index === 0 ? spec.burst : 0;
      for (let count = 0; count < burst; count++) await end.send(to, stamped("burst"));
      await pause(spec.settleMs);
      return { latencies, sent: spec.seconds + burst };
    },
    close: async () => {
      await end.close();
      await receiving;
    },
  };
}

/**
 * One member of a broadcast: member 0 sends `broadcasts` messages to all others, `gapMs` apart, the others receive.
 * Times in microseconds of the clock that all processes share: when each send was called, and when each arrived.
 */
export async function prepareBroadcast(spec) {
  const end = await (spec.impl === "ours" ? openOurs(spec) : openPoll(spec));
  const received = [];
  let allCame;
  const all = new Promise((resolve) => {
    allCame = resolve;
  });
  const receiving = end.receive((text) => {
    received.push([Number(text.split(" ")[0]), nowUs()]);
    if (received.length === spec.broadcasts) allCame();
  });
  const sendAll = async () => {
    const began = [];
    const sentMs = [];
    for (let number = 0; number < spec.broadcasts; number++) {
      began.push(nowUs());
      await end.sendAll(`${number} ${"x".repeat(300)}`);
      sentMs.push((nowUs() - began[number]) / 1000);
      await pause(spec.gapMs);
    }
    return { began, sentMs };
  };
  return {
    run: async () => {
      if (spec.index === 0) return sendAll();
      await Promise.race([all, pause(LOST_MS, undefined, { ref: false })]);
      return { received };
    },
    close: async () => {
      await end.close();
      await receiving;
    },
  };
}
