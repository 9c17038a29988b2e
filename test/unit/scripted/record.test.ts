import { InternalServerError, RateLimitError } from "@anthropic-ai/sdk";
import { expect, onTestFinished, test } from "vitest";
import { startRecorder } from "../../../src/scripted/record.ts";
import { conversationHash, parseRecording } from "../../../src/scripted/recording.ts";
import { startReplay } from "../../../src/scripted/replay.ts";
import { parseRequest } from "../../../src/scripted/request.ts";
import { ASK, scriptedClient, sdkClient } from "../../support/scripted-client.ts";
import { testHost } from "../../support/test-host.ts";

/** A recorder in front of a script, and what it has written. */
async function recorded(rules: string) {
  const { model } = await scriptedClient(rules);
  const lines: string[] = [];
  const recorder = await startRecorder({
    upstream: `${model.url}/a/ada`,
    write: (line) => lines.push(line),
    host: testHost("recorder"),
  });
  onTestFinished(recorder.close);
  return { client: sdkClient(`${recorder.url}/a/ada`), upstream: model, lines };
}

async function replayed(lines: readonly string[]) {
  const calls = parseRecording(lines.join(""), "bug.jsonl");
  const model = await startReplay({ calls, host: testHost("replay") });
  onTestFinished(model.close);
  return sdkClient(`${model.url}/a/ada`);
}

const ASK_AS_ADA = { ...ASK, system: "You are ada, a teammate in team x." };

test("a recorded conversation is replayed, streams included", async () => {
  const { client, lines } = await recorded(
    `- say: let me look
  call: [{ tool: Bash, input: { command: ls } }]
- say: done`,
  );
  const talk = async (via: typeof client): Promise<unknown> => {
    const first = await via.beta.messages.stream(ASK_AS_ADA).finalMessage();
    const id = first.content.flatMap((block) => (block.type === "tool_use" ? [block.id] : []))[0] ?? "";
    const second = await via.beta.messages.create({
      ...ASK_AS_ADA,
      messages: [
        ...ASK.messages,
        { role: "assistant", content: first.content },
        { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: "a.txt" }] },
      ],
    });
    return [first.content, second.content];
  };

  const live = await talk(client);
  const again = await talk(await replayed(lines));

  expect(again).toEqual(live);
  expect(parseRecording(lines.join(""), "x").map(({ agent, turn }) => `${agent} ${turn}`)).toEqual([
    "ada 1",
    "ada 2",
  ]);
});

test("no key is in a recording, neither from the headers nor from a text", async () => {
  const { client, lines, upstream } = await recorded("- { say: 'your key is sk-ant-api03-another-key' }");
  const key = client.apiKey ?? "";

  await client.beta.messages.create({ ...ASK, messages: [{ role: "user", content: `my key: ${key}` }] });

  expect(key.length).toBeGreaterThan(20);
  expect(lines.join("")).not.toContain("sk-ant-");
  expect(lines.join("")).toContain("my key: [key removed]");
  expect(upstream.requests()).toMatchObject([{ status: 200 }]);
});

test("errors and cut streams are recorded and replayed as they were", async () => {
  const { client, lines } = await recorded(
    "- fault: { status: 429, retryAfterMs: 7 }\n- { fault: { cut: 500 }, say: a text that does not arrive }",
  );
  const fail = async (via: typeof client): Promise<readonly unknown[]> => {
    const failures: unknown[] = [];
    for (let count = 0; count < 2; count++)
      await via.beta.messages
        .stream(ASK)
        .finalMessage()
        .catch((error: unknown) => failures.push(error));
    return failures;
  };

  const [limited, cut] = await fail(client);
  const [limitedAgain, cutAgain] = await fail(await replayed(lines));

  expect(limited).toBeInstanceOf(RateLimitError);
  expect(limitedAgain).toBeInstanceOf(RateLimitError);
  expect(limitedAgain).toMatchObject({ type: "rate_limit_error" });
  expect(String(cutAgain)).toBe(String(cut));
  expect(parseRecording(lines.join(""), "x").map(({ response }) => [response.headers, response.cut])).toEqual(
    [
      [{ "retry-after-ms": "7" }, false],
      [{}, true],
    ],
  );
});

test("a replay says where the conversation leaves the recording", async () => {
  const { client, lines } = await recorded("- { say: one, times: any }");
  await client.beta.messages.create(ASK);
  const replay = await replayed(lines);

  const other = replay.beta.messages.create({ ...ASK, messages: [{ role: "user", content: "hullo" }] });
  await expect(other).rejects.toThrow(InternalServerError);
  await expect(other).rejects.toThrow(/call 1 of the agent ada has another conversation than line 1/);
  await expect(replay.beta.messages.create(ASK)).rejects.toThrow(
    /call 2 of the agent ada was not recorded; 1 of its calls were/,
  );
});

const hash = (id: string, output: string): string => {
  const parsed = parseRequest({
    ...ASK,
    messages: [
      { role: "user", content: "go" },
      { role: "assistant", content: [{ type: "tool_use", id, name: "Bash", input: {} }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: output }] },
    ],
  });
  if (!parsed.ok) throw new Error(parsed.message);
  return conversationHash(parsed.request.messages);
};

test("ids and times do not make another conversation, words do", () => {
  const one = hash(
    "toolu_1",
    "at 2026-11-20T10:00:00.123Z in 12.5 ms, id abcdefgh12.7, <<<x1\na\nx1>>> 4f5a6b7",
  );

  expect(
    hash("toolu_2", "at 2027-01-01T00:00:00Z in 800 ms, id zzzzzzzz99.12, <<<y2\na\ny2>>> 0a1b2c3"),
  ).toBe(one);
  expect(
    hash("toolu_1", "at 2026-11-20T10:00:00.123Z in 12.5 ms, id abcdefgh12.7, <<<x1\nb\nx1>>> 4f5a6b7"),
  ).not.toBe(one);
});

test("a line of a recording that is none is named", () => {
  expect(() => parseRecording('{"agent":"ada"}\n', "bug.jsonl")).toThrow(/^bug\.jsonl:1: /);
  expect(() => parseRecording("\n{", "bug.jsonl")).toThrow(/^bug\.jsonl:2: not JSON: /);
});

test("a model that cannot be reached is a 502 that names it", async () => {
  const recorder = await startRecorder({
    upstream: "http://127.0.0.1:1/",
    write: () => undefined,
    host: testHost("recorder"),
  });
  onTestFinished(recorder.close);

  await expect(sdkClient(recorder.url).beta.messages.create(ASK)).rejects.toThrow(
    /502 .*http:\/\/127\.0\.0\.1:1 cannot be reached/,
  );
});
