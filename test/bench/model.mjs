import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { built } from "./ours.mjs";

const LAST_WORDS_MS = 20;

/**
 * The Messages API on 127.0.0.1 with answers of a function. `answer` gets `{ agent, body, arrivedMs, wholeMs }`: who
 * asks, the parsed request when it is called, when its head and its last byte arrived. It answers `{ say, calls,
 * delayMs, sent }`, or undefined to leave the caller waiting. `sent` is told when the last byte went out.
 */
export async function startModel(answer) {
  const { encodeStream } = await built("scripted/stream.js");
  let calls = 0;
  const serve = async (request, response) => {
    if (request.method === "GET") return describe(response);
    calls += 1;
    const number = calls;
    const arrivedMs = performance.now();
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    const asked = { arrivedMs, wholeMs: performance.now(), bytes, body: () => JSON.parse(bytes.toString()) };
    const reply = await answer({ ...asked, agent: agentOf(bytes) });
    if (!reply) return;
    if (reply.delayMs) await pause(Math.max(0, reply.delayMs - LAST_WORDS_MS));
    const events = [...encodeStream(messageOf(reply, number), false)];
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
    response.write(events.slice(0, -2).join(""));
    // A model speaks for seconds: what a caller does with the words before the last is done when that comes.
    await pause(LAST_WORDS_MS);
    response.end(events.slice(-2).join(""));
    reply.sent?.(performance.now());
  };
  const server = createServer((request, response) => {
    // A caller that was killed in the middle is what some workloads are about.
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    calls: () => calls,
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** No transcript of a workload fills this window: it measures turns, not summaries. */
function describe(response) {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ type: "model", id: "scripted", max_input_tokens: 1_000_000_000 }));
}

/** The first line of troupe's system text names the member; it stands in front of the conversation. */
function agentOf(bytes) {
  return /"You are ([A-Za-z0-9_-]+),/.exec(bytes.subarray(0, 4_096).toString("latin1"))?.[1];
}

function messageOf({ say, calls = [] }, number) {
  return {
    id: `msg_${number}`,
    type: "message",
    role: "assistant",
    model: "scripted",
    content: [
      ...(say === undefined ? [] : [{ type: "text", text: say }]),
      ...calls.map(({ tool, input }, index) => ({
        type: "tool_use",
        id: `toolu_${number}_${index}`,
        name: tool,
        input,
      })),
    ],
    stop_reason: calls.length > 0 ? "tool_use" : "end_turn",
    stop_sequence: null,
    usage: {
      input_tokens: 1,
      output_tokens: 1,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      service_tier: "standard",
    },
  };
}

/** What stands in the last message of a request: its texts, and the names of the tools whose results it brings. */
export function lastOf({ messages }) {
  const content = messages.at(-1).content;
  const ids = new Set(content.flatMap((block) => (block.type === "tool_result" ? [block.tool_use_id] : [])));
  const before = messages.at(-2)?.content ?? [];
  return {
    texts: content.flatMap((block) => (block.type === "text" ? [block.text] : [])),
    tools: before.flatMap((block) => (ids.has(block.id) ? [block.name] : [])),
  };
}
