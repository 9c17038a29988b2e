import { setTimeout as pause } from "node:timers/promises";

/**
 * Baseline: a receiver that reads its whole mailbox each `everyMs` (today's teams: 1,000) and looks for what is new.
 * `read` answers all messages so far; ends with the signal.
 */
export async function pollMailbox(read, everyMs, receive, signal) {
  let seen = 0;
  while (!signal.aborted) {
    const messages = await read();
    for (const message of messages.slice(seen)) receive(message);
    seen = messages.length;
    await pause(everyMs, undefined, { signal }).catch((error) => {
      if (error.name !== "AbortError") throw error;
    });
  }
}
