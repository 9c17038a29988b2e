import * as fc from "fast-check";
import { expect, test } from "vitest";
import { aboutTokens, createConversation, type Message } from "../../../src/agent/conversation.ts";
import type { Turn } from "../../../src/agent/loop-deps.ts";
import { shortened } from "../../../src/agent/shorten.ts";
import { parseRequest } from "../../../src/scripted/request.ts";
import { echoTool, eventsOf, runLoop } from "../../support/agent-loop.ts";
import {
  type Answering,
  event,
  modelServer,
  type SentRequest,
  sends,
  status,
  streamOf,
} from "../../support/agent-sse-server.ts";

const BRIEF = "The team: ada and bob.";

function compaction(wanted = 0) {
  let left = wanted;
  return { brief: () => Promise.resolve(BRIEF), takeRequest: () => left-- > 0 };
}

function said(role: "user" | "assistant", text: string): Turn {
  return { message: { role, content: [{ type: "text", text }] }, inputs: [] };
}

const words = (turns: readonly { readonly content: unknown }[]): string => JSON.stringify(turns);

/** A conversation of about so many tokens, answered. */
function history(tokens: number): readonly Turn[] {
  return [said("user", `begin ${"x".repeat(tokens * 4)}`), said("assistant", "Understood.")];
}

/** Answers in turn, and refuses whatever has more than `most` bytes of messages. */
function refusing(most: number, ...answers: readonly Answering[]): Answering {
  const left = [...answers];
  return (response, request) => {
    if (JSON.stringify(request.messages).length > most) tooLong(response, request);
    else (left.shift() ?? status(500))(response, request);
  };
}

const tooLong: Answering = (response) => {
  response.writeHead(400, { "content-type": "application/json" });
  const message = "prompt is too long: 210000 tokens > 200000 maximum";
  response.end(JSON.stringify({ type: "error", error: { type: "invalid_request_error", message } }));
};

function instructionsIn(requests: readonly SentRequest[]): number {
  return requests.filter(({ messages }) =>
    words(messages.slice(-1)).includes("is replaced by what you write"),
  ).length;
}

test("a conversation that fills four fifths of the window goes on from a summary that the model wrote", async () => {
  const answers = [streamOf(["I was asked to begin."]), streamOf(["Going on."])];
  const server = await modelServer((...both) => sends(answers.shift() ?? streamOf([]))(...both), {
    max_input_tokens: 30_000,
  });

  const { end, events, turns } = await runLoop(server, {
    history: history(25_000),
    compaction: compaction(),
  });

  expect(end).toEqual({ reason: "done", text: "Going on." });
  expect(instructionsIn(server.requests)).toBe(1);
  const [, next] = server.requests;
  expect(next?.messages).toHaveLength(1);
  expect(words(next?.messages ?? [])).toMatch(
    /I was asked to begin\..*The team: ada and bob\..*Go on where you were/s,
  );
  expect(eventsOf(events, "compacted")).toMatchObject([{ why: "full" }]);
  const again = createConversation([...history(25_000), ...turns]);
  expect(again.messages().map(({ role }) => role)).toEqual(["user", "assistant"]);
});

test("a conversation with room is left alone, and nobody is asked how large the window is", async () => {
  const server = await modelServer(sends(streamOf(["Fine."])), { max_input_tokens: 20 });

  const { events } = await runLoop(server, { history: history(1_000), compaction: compaction() });

  expect(eventsOf(events, "compacted")).toEqual([]);
  expect(server.requests).toHaveLength(1);
});

test("a server that makes summaries is asked for one, and its block goes back as it came, in front", async () => {
  const block = { type: "compaction", content: "All of it.", encrypted_content: "abc", signature: "sig" };
  const bytes = [
    event({ type: "message_start", message: { model: "fake-1", usage: { input_tokens: 9 } } }),
    event({ type: "content_block_start", index: 0, content_block: { ...block, content: null } }),
    event({
      type: "content_block_delta",
      index: 0,
      delta: { type: "compaction_delta", content: "All of it.", encrypted_content: "abc" },
    }),
    event({ type: "content_block_stop", index: 0 }),
    event({ type: "message_delta", delta: { stop_reason: "compaction" }, usage: { output_tokens: 3 } }),
    event({ type: "message_stop" }),
  ].join("");
  const answers = [Buffer.from(bytes), streamOf(["Going on."])];
  const server = await modelServer((...both) => sends(answers.shift() ?? streamOf([]))(...both), {
    max_input_tokens: 30_000,
    capabilities: { compaction: { summarize: { supported: true } } },
  });

  const { end } = await runLoop(server, { history: history(25_000), compaction: compaction() });

  expect(end.reason).toBe("done");
  const [asked, next] = server.requests;
  expect(asked?.compaction).toMatchObject({ type: "summarize" });
  expect(next?.compaction).toBeUndefined();
  expect(next?.messages[0]).toEqual({ role: "assistant", content: [block] });
  expect(words(next?.messages.slice(1) ?? [])).toContain(BRIEF);
});

test("somebody may want a summary of a conversation that rests: it rests again behind it", async () => {
  const server = await modelServer(sends(streamOf(["The summary."])));

  const { end, events, turns } = await runLoop(server, {
    history: history(100),
    start: [],
    compaction: compaction(1),
  });

  expect(end).toEqual({ reason: "done", text: "" });
  expect(server.requests).toHaveLength(1);
  expect(eventsOf(events, "compacted")).toMatchObject([{ why: "asked" }]);
  expect(
    createConversation([...history(100), ...turns])
      .messages()
      .at(-1)?.role,
  ).toBe("assistant");
});

test("I8 a request that the server finds too long is compacted, its results cut hard, and the turn goes on", async () => {
  const long = "r".repeat(40_000);
  const turns: readonly Turn[] = [
    said("user", "begin"),
    {
      message: { role: "assistant", content: [{ type: "tool_use", id: "c1", name: "Echo", input: {} }] },
      inputs: [],
    },
    {
      message: { role: "user", content: [{ type: "tool_result", tool_use_id: "c1", content: long }] },
      inputs: [],
    },
    said("assistant", "Read."),
  ];
  const server = await modelServer(
    refusing(9_000, sends(streamOf(["A short summary."])), sends(streamOf(["Going on."]))),
  );

  const { end, events } = await runLoop(server, {
    history: turns,
    tools: [echoTool()],
    compaction: compaction(),
  });

  expect(end).toEqual({ reason: "done", text: "Going on." });
  expect(eventsOf(events, "compacted")).toMatchObject([{ why: "too_long" }]);
  expect(words(server.requests.at(-2)?.messages ?? [])).toContain("the conversation was too long");
});

test("I8 what stays too long ends the turn with the server's words, and the conversation is as it was", async () => {
  const server = await modelServer(tooLong);

  const { end, turns } = await runLoop(server, { history: history(2_000), compaction: compaction() });

  expect(end).toMatchObject({ reason: "failed", isTooLong: true, message: /prompt is too long/ });
  expect(turns.every(({ replaces }) => replaces === undefined)).toBe(true);
  expect(server.requests.length).toBeLessThan(10);
});

test("a model that answers with a tool call instead of a summary is asked once more, without tools", async () => {
  const calls: string[] = [];
  const answers = [
    streamOf([{ tool: "Echo", id: "t1", json: '{"text":"no"}' }]),
    streamOf(["A summary."]),
    streamOf(["Going on."]),
  ];
  const server = await modelServer((...both) => sends(answers.shift() ?? streamOf([]))(...both));

  await runLoop(server, { history: history(100), tools: [echoTool(calls)], compaction: compaction(1) });

  expect(calls).toEqual([]);
  expect(server.requests[1]?.tool_choice).toEqual({ type: "none" });
});

const block = fc.oneof(
  fc.record({ type: fc.constant("text" as const), text: fc.string({ minLength: 1, maxLength: 3_000 }) }),
);

/** A conversation as the API takes it: texts, calls and their results. */
const conversations = fc
  .array(fc.record({ call: fc.boolean(), text: block, long: fc.integer({ min: 1, max: 5_000 }) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((steps) =>
    createConversation(
      steps.flatMap(({ call, text, long }, at): readonly Turn[] => [
        said("user", `${text.text} .`),
        ...(call
          ? [
              {
                message: {
                  role: "assistant" as const,
                  content: [
                    { type: "tool_use" as const, id: `c${at}`, name: "Echo", input: { text: text.text } },
                  ],
                },
                inputs: [],
              },
              {
                message: {
                  role: "user" as const,
                  content: [
                    { type: "tool_result" as const, tool_use_id: `c${at}`, content: "é".repeat(long) },
                  ],
                },
                inputs: [],
              },
            ]
          : []),
        said("assistant", "Yes."),
      ]),
    ).messages(),
  );

test("whatever is cut out of a conversation, what is left is one that the API takes, and no longer than before", () => {
  fc.assert(
    fc.property(conversations, fc.integer({ min: 1, max: 6_000 }), (messages, tokens) => {
      const short = shortened(messages, tokens);
      expect(aboutTokens(short)).toBeLessThanOrEqual(Math.max(aboutTokens(messages), 60));
      expect(accepted(short)).toBe(true);
    }),
  );
});

/** The scripted server is as strict as the API about what a conversation may be. */
function accepted(messages: readonly Message[]): boolean | string {
  const closed =
    messages.at(-1)?.role === "user" ? messages : [...messages, { role: "user", content: "go on" }];
  const parsed = parseRequest({ model: "m", max_tokens: 10, messages: closed });
  return parsed.ok ? true : parsed.message;
}
