import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { z } from "zod";
import { TroupeError } from "../../base/errors.ts";

/** Finds the lines of a text that match, on a thread of its own: an expression that never ends can be ended. */
export interface LineMatcher {
  /** Numbers (from 1) and texts of the matching lines. Rejects when the matcher was closed or its expression overflowed. */
  readonly find: (text: string) => Promise<readonly (readonly [number, string])[]>;
  readonly close: () => Promise<void>;
}

const LONGEST_LINE = 500;
/** Of one text: a line more than a search shows, so that it sees that there are more. */
const MOST_FOUND = 1_001;

// As text: a worker in a file of its own would have another name in the sources than in dist.
const SOURCE = `
const { parentPort, workerData } = require("node:worker_threads");
const expression = new RegExp(workerData.source, workerData.flags);
parentPort.on("message", (text) => {
  const found = [];
  const lines = text.split(/\\r?\\n/);
  for (let at = 0; at < lines.length && found.length < ${MOST_FOUND}; at++)
    if (expression.test(lines[at])) found.push([at + 1, lines[at].slice(0, ${LONGEST_LINE})]);
  parentPort.postMessage(found);
});
`;

/** One message: the numbers and texts of a text's matching lines. */
const Answer = z.tuple([z.array(z.tuple([z.number(), z.string()]))]);

/** A matcher for one search; one `find` at a time. Throws `usage` for an expression that is none. */
export function openLineMatcher(pattern: string, flags: string): LineMatcher {
  const { source } = compiled(pattern, flags);
  const worker = new Worker(SOURCE, { eval: true, env: {}, execArgv: [], workerData: { source, flags } });
  const ended = new AbortController();
  worker.once("exit", () => ended.abort());
  // Whoever waits in \`find\` gets the error; without a listener it would end the process when nobody waits.
  worker.on("error", () => ended.abort());
  return {
    find: async (text) => {
      worker.postMessage(text, []);
      return Answer.parse(await once(worker, "message", { signal: ended.signal }))[0];
    },
    close: async () => {
      await worker.terminate();
    },
  };
}

function compiled(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch (error) {
    if (error instanceof SyntaxError) throw new TroupeError("usage", error.message, { cause: error });
    throw error;
  }
}
