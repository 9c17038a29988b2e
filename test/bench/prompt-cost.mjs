import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startModel } from "./model.mjs";
import { built, createBenchTeam } from "./ours.mjs";
import { sizesOf } from "./sizes.mjs";
import { runWoken } from "./turns.mjs";

const FULL = { requests: 50, callsEach: [1, 10, 25] };
const SMOKE = { requests: 6, callsEach: [1, 25] };
/** So many blocks in front of a mark the server looks for what it kept. Source: Anthropic's page on prompt caching. */
const LOOK_BACK = 20;
const LINES = 2_000;
const LINES_READ = 40;
/** There is no tokenizer here. */
const BYTES_A_TOKEN = 4;

/** A session of one member whose model replies with `calls` calls of Read each time; its requests, parsed. */
async function session(folder, { requests, calls, lead = false }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await createBenchTeam(folder, 0, { members: 2, backend: "child", lead });
  writeFileSync(join(folder, "file.txt"), "a line of text\n".repeat(LINES));
  const bodies = [];
  let line = 0;
  // Another place each time: whoever makes the same call again and again is stopped.
  const read = () => ({ tool: "Read", input: { file_path: "file.txt", offset: ++line, limit: LINES_READ } });
  let finished;
  const done = new Promise((resolve) => {
    finished = resolve;
  });
  const model = await startModel(({ body }) => {
    bodies.push(body());
    if (bodies.length >= requests) {
      finished();
      return undefined;
    }
    return { say: "I read on.", calls: Array.from({ length: calls }, read) };
  });
  let agent;
  try {
    agent = await runWoken(folder, model, done);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  if (bodies.length < requests) throw new Error(`the agent ended early: ${agent.complaints.join("")}`);
  return bodies;
}

/** The request in the order in which the server caches it: tools, system text, every block of every message. */
function blocksOf({ tools = [], system = [], messages }) {
  const parts = [
    ...tools.map((block) => ({ role: "tools", block })),
    ...system.map((block) => ({ role: "system", block })),
    ...messages.flatMap(({ role, content }) => content.map((block) => ({ role, block }))),
  ];
  return parts.map(({ role, block: { cache_control: mark, ...rest } }) => {
    const text = `${role}:${JSON.stringify(rest)}`;
    return { text, bytes: Buffer.byteLength(text), isMarked: mark !== undefined };
  });
}

/** How many blocks two requests have in common at their beginning. */
function commonBlocks(one, other) {
  const end = one.findIndex(({ text }, index) => text !== other[index]?.text);
  return end === -1 ? one.length : end;
}

const bytesUpTo = (blocks, end) => blocks.slice(0, end).reduce((sum, { bytes }) => sum + bytes, 0);
const endsOfMarks = (blocks) => blocks.flatMap(({ isMarked }, index) => (isMarked ? [index + 1] : []));

/**
 * What the server finds again of the former requests: the longest beginning that ended at a mark then, is unchanged
 * now, and lies within its look-back of a mark of now. And what it could have found: the former marked part.
 */
function shares(bodies) {
  const written = [];
  const sum = { found: 0, cacheable: 0, sent: 0 };
  for (const [number, body] of bodies.entries()) {
    const blocks = blocksOf(body);
    const marks = endsOfMarks(blocks);
    if (number > 0) {
      const before = blocksOf(bodies[number - 1]);
      const same = commonBlocks(before, blocks);
      const hit = Math.max(
        0,
        ...written.filter(
          (end) => end <= same && marks.some((mark) => end <= mark && mark - end < LOOK_BACK),
        ),
      );
      sum.found += bytesUpTo(blocks, hit);
      sum.cacheable += bytesUpTo(before, endsOfMarks(before).at(-1) ?? 0);
      sum.sent += bytesUpTo(blocks, blocks.length);
    }
    written.push(...marks);
  }
  return { hitPercent: (100 * sum.found) / sum.cacheable, ofInputPercent: (100 * sum.found) / sum.sent };
}

/** P14: what stands in front of every request, and how much of a session the server can find again. */
export async function promptCost(folder, options) {
  const { requests, callsEach } = sizesOf(FULL, SMOKE, options);
  const { bytesOf, requestParts } = await built("scripted/usage.js");
  const rows = [];
  const add = (row) => {
    options.progress(row);
    rows.push(row);
  };
  for (const lead of [false, true]) {
    const [{ tools, system }] = await session(folder, { requests: 1, calls: 1, lead });
    const bytes = bytesOf(requestParts({ tools, system, messages: [] }));
    const ours = { bytes, tokens: Math.ceil(bytes / BYTES_A_TOKEN), tools: tools.length };
    add({
      id: "P14",
      params: { what: lead ? "fixed part, lead" : "fixed part, teammate" },
      ours,
      target: "< 4,000 tokens",
      ok: ours.tokens < 4_000,
    });
  }
  for (const calls of callsEach) {
    const ours = shares(await session(folder, { requests, calls }));
    add({
      id: "P14",
      params: { what: `${requests} requests, ${calls} call${calls === 1 ? "" : "s"} each` },
      ours,
      target: "≥ 95 % of what is cacheable",
      ok: ours.hitPercent >= 95,
    });
  }
  return rows;
}
