import { expect, test } from "vitest";
import type { CallLeave, LoopDeps } from "../../../src/agent/loop-deps.ts";
import { runSubagent } from "../../../src/agent/subagent.ts";
import { echoTool, eventsOf, runLoop } from "../../support/agent-loop.ts";
import { cut, modelServer, says, sends, sseServer, streamOf } from "../../support/agent-sse-server.ts";

const call = { tool: "Echo", id: "t1", json: JSON.stringify({ text: "a" }) };

/** Lets so many calls pass. */
function leaves(most: number): {
  readonly asked: () => number;
  readonly beforeCall: NonNullable<LoopDeps["beforeCall"]>;
} {
  let asked = 0;
  return {
    asked: () => asked,
    beforeCall: async (): Promise<CallLeave> =>
      ++asked > most ? { go: false, why: "nothing is left" } : { go: true },
  };
}

test("a model call that may not be made ends the turn, and what stands in the conversation stays", async () => {
  const server = await sseServer(says([call]), says(["never"]));
  const { beforeCall } = leaves(1);

  const { end, events, turns } = await runLoop(server, { beforeCall, tools: [echoTool()] });

  expect(end).toEqual({ reason: "stopped", why: "nothing is left" });
  expect(server.requests).toHaveLength(1);
  expect(turns.map(({ message }) => message.role)).toEqual(["user", "assistant", "user"]);
  expect(eventsOf(events, "turn_ended")).toEqual([
    { type: "turn_ended", reason: "limit", detail: "nothing is left" },
  ]);
});

test("a turn that is cut off while it waits for leave makes no model call", async () => {
  const server = await sseServer(says(["never"]));
  const over = new AbortController();

  const { end } = await runLoop(server, {
    signal: over.signal,
    beforeCall: async () => {
      over.abort();
      return { go: true };
    },
  });

  expect(end).toEqual({ reason: "interrupted" });
  expect(server.requests).toHaveLength(0);
});

test("an answer that broke off is asked for again only with leave", async () => {
  const server = await sseServer(cut(streamOf(["half"]), 300), says(["never"]));
  const { asked, beforeCall } = leaves(1);

  const { end } = await runLoop(server, { beforeCall });

  expect(end).toEqual({ reason: "stopped", why: "nothing is left" });
  expect(asked()).toBe(2);
  expect(server.requests).toHaveLength(1);
});

test("compacting asks for leave too", async () => {
  const server = await modelServer(sends(streamOf(["never"])), { max_input_tokens: 30_000 });
  const { beforeCall } = leaves(0);

  const { end } = await runLoop(server, {
    beforeCall,
    compaction: { brief: async () => "", takeRequest: () => true },
  });

  expect(end).toEqual({ reason: "stopped", why: "nothing is left" });
  expect(server.requests).toHaveLength(0);
});

test("a subagent asks for leave, and its end says why it has none", async () => {
  const server = await sseServer(says([call]), says(["never"]));
  const { beforeCall } = leaves(1);

  const end = await runSubagent(
    {
      mark: { id: "sub1", type: "Explore" },
      description: "look",
      prompt: "look",
      deps: {
        model: { client: server.client, name: "fake-1", maxTokens: 1000 },
        system: "",
        tools: () => [echoTool()],
        gate: async () => ({ allowed: true }),
        record: async () => undefined,
        beforeCall,
      },
      limits: { maxTurns: 5 },
      maxTokens: 1_000_000,
      emit: () => undefined,
      hooks: undefined,
    },
    new AbortController().signal,
  );

  expect(end.why).toBe("it was stopped: nothing is left");
  expect(server.requests).toHaveLength(1);
});
