import { APIUserAbortError, OverloadedError, RateLimitError } from "@anthropic-ai/sdk";
import { expect, test } from "vitest";
import { ASK, scriptedClient } from "../../support/scripted-client.ts";
import { until } from "../../support/until.ts";

const failureOf = (promise: PromiseLike<unknown>): Promise<unknown> =>
  Promise.resolve(promise).then(
    () => undefined,
    (error: unknown) => error,
  );

test("a 429 with retry-after-ms is tried again by the SDK after that time, and then answered", async () => {
  const { client, model } = await scriptedClient(
    "- fault: { status: 429, retryAfterMs: 1200 }\n  next: [{ say: at last }]",
    { maxRetries: 2 },
  );
  const started = performance.now();

  const message = await client.beta.messages.stream(ASK).finalMessage();

  expect(message.content).toMatchObject([{ text: "at last" }]);
  expect(model.requests().map(({ status }) => status)).toEqual([429, 200]);
  // Without the header the SDK waits half a second at most.
  expect(performance.now() - started).toBeGreaterThan(1_100);
});

test("a 429 for everybody answers every agent until its time is over, and is nobody's turn but its own", async () => {
  const { client, model } = await scriptedClient(
    "- fault: { status: 429, everybodyMs: 400 }\n- say: first\n- say: second",
    { maxRetries: 0 },
  );

  const first = await failureOf(client.beta.messages.create(ASK));
  const headers = first instanceof RateLimitError ? first.headers : undefined;
  const closed = [await failureOf(client.beta.messages.create(ASK))];
  const open = await until(async () => {
    const answer = await client.beta.messages.create(ASK).catch((error: unknown) => closed.push(error));
    return typeof answer === "object" ? answer : undefined;
  });

  expect(Number(headers?.get("retry-after-ms"))).toBeGreaterThan(300);
  expect(Number(headers?.get("retry-after-ms"))).toBeLessThanOrEqual(400);
  expect(closed.every((error) => error instanceof RateLimitError)).toBe(true);
  expect(open).toMatchObject({ content: [{ text: "first" }] });
  expect(model.requests().filter(({ status }) => status === 429)).toHaveLength(closed.length + 1);
});

test("429 and 529 arrive as the SDK's own errors, with the API's error types", async () => {
  const { client } = await scriptedClient("- fault: { status: 429 }\n- fault: 529\n- fault: 401");

  const limited = await failureOf(client.beta.messages.create(ASK));
  const overloaded = await failureOf(client.beta.messages.create(ASK));
  const refused = await failureOf(client.beta.messages.create(ASK));

  expect(limited).toBeInstanceOf(RateLimitError);
  expect(overloaded).toBeInstanceOf(OverloadedError);
  expect([limited, overloaded, refused]).toMatchObject([
    { status: 429, type: "rate_limit_error" },
    { status: 529, type: "overloaded_error" },
    { status: 401, type: "authentication_error" },
  ]);
});

test("a stream can be cut at any byte: the caller gets what was before it and an error, once", async () => {
  const { client, model } = await scriptedClient(
    `- { fault: { cut: 0 }, say: never }
- { fault: { cut: 700 }, say: a text that is long enough to be cut in the middle }
- say: whole`,
    { maxRetries: 2 },
  );
  const texts: string[] = [];
  const read = async (): Promise<void> => {
    for await (const event of client.beta.messages.stream(ASK))
      if (event.type === "content_block_delta" && event.delta.type === "text_delta")
        texts.push(event.delta.text);
  };

  const first = await failureOf(read());
  expect(first).toBeInstanceOf(Error);
  expect(texts).toEqual([]);

  const second = await failureOf(read());
  expect(second).toBeInstanceOf(Error);
  expect("a text that is long enough to be cut in the middle").toContain(texts.join(""));
  expect(texts.length).toBeGreaterThan(0);

  texts.length = 0;
  await read();
  expect(texts.join("")).toBe("whole");
  expect(model.requests()).toHaveLength(3);
});

test("I4 cut at whatever byte, a stream is never taken for a whole message", async () => {
  const { client: whole, model } = await scriptedClient(
    "- { call: [{ tool: Bash, input: { command: ls } }] }",
  );
  const answer = await fetch(`${model.url}/a/ada/v1/messages`, {
    method: "POST",
    headers: { "x-api-key": "k", "anthropic-version": "2026-10-21" },
    body: JSON.stringify({ ...ASK, stream: true }),
  });
  const { length } = await answer.text();
  expect((await whole.beta.messages.stream(ASK).finalMessage()).stop_reason).toBe("tool_use");
  const cuts = Array.from({ length: Math.floor(length / 13) }, (_, index) => index * 13);
  const { client } = await scriptedClient(
    cuts
      .map((cut) => `- { fault: { cut: ${cut} }, call: [{ tool: Bash, input: { command: ls } }] }`)
      .join("\n"),
  );

  const taken: number[] = [];
  for (const cut of cuts)
    await client.beta.messages
      .stream(ASK)
      .finalMessage()
      .then(
        () => taken.push(cut),
        () => 0,
      );

  expect(cuts.length).toBeGreaterThan(60);
  expect(taken).toEqual([]);
});

test("each byte of the cut is on the wire, and not one more", async () => {
  const cuts = [1, 250, 600];
  const { model } = await scriptedClient(
    cuts.map((cut) => `- { fault: { cut: ${cut} }, say: hello }`).join("\n"),
  );

  const lengths: number[] = [];
  for (const _ of cuts) {
    const answer = await fetch(`${model.url}/a/ada/v1/messages`, {
      method: "POST",
      headers: { "x-api-key": "k", "anthropic-version": "2026-10-21" },
      body: JSON.stringify({ ...ASK, stream: true }),
    });
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of answer.body as AsyncIterable<Uint8Array>) bytes += chunk.length;
    })();
    await expect(reading).rejects.toThrow("terminated");
    lengths.push(bytes);
  }

  expect(lengths).toEqual(cuts);
});

test("a hanging request sends no byte until the caller gives up", async () => {
  const { client, model } = await scriptedClient("- fault: { hang: true }\n- say: here");
  const giveUp = new AbortController();

  const waiting = failureOf(client.beta.messages.create(ASK, { signal: giveUp.signal }));
  await until(() => model.requests().length === 1);
  giveUp.abort();

  expect(await waiting).toBeInstanceOf(APIUserAbortError);
  expect(model.requests()[0]?.status).toBe(0);
  expect((await client.beta.messages.create(ASK)).content).toMatchObject([{ text: "here" }]);
});

test("the server closes although a request hangs", async () => {
  const { client, model } = await scriptedClient("- fault: { hang: true }");
  const waiting = failureOf(client.beta.messages.create(ASK));
  await until(() => model.requests().length === 1);

  await model.close();

  expect(await waiting).toBeInstanceOf(Error);
});

test("tool input that does not parse is an error of the SDK, in the stream and in JSON", async () => {
  const { client } = await scriptedClient(
    `- { fault: { badJson: true }, call: [{ tool: Bash, input: { command: ls } }], times: 2 }`,
  );

  expect(await failureOf(client.beta.messages.stream(ASK).finalMessage())).toBeInstanceOf(Error);
  expect(await failureOf(client.beta.messages.create(ASK))).toBeInstanceOf(Error);
});

test("a slow stream comes piece by piece, a delay comes before everything", async () => {
  const { client } = await scriptedClient("- { delayMs: 60, fault: { slow: 4 }, say: one two three four }");
  const started = performance.now();
  const times: number[] = [];

  for await (const _ of client.beta.messages.stream(ASK)) times.push(performance.now() - started);

  expect(times.length).toBeGreaterThan(5);
  expect(times[0]).toBeGreaterThanOrEqual(59);
  expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(16);
});

test("a prompt that is too long is a 400, a web page is no message", async () => {
  const { client } = await scriptedClient("- fault: { tooLong: true }\n- fault: { html: true }");

  expect(await failureOf(client.beta.messages.create(ASK))).toMatchObject({
    status: 400,
    type: "invalid_request_error",
  });
  const page = await client.beta.messages
    .stream(ASK)
    .finalMessage()
    .then(undefined, (error: unknown) => error);
  expect(page).toBeInstanceOf(Error);
});

test("a reply can stop for lack of tokens, with the usage and model of the script", async () => {
  const { client } = await scriptedClient(
    "- { say: cut short, stop: max_tokens, model: other, usage: { input: 7, output: 5, cacheRead: 3 } }",
  );

  expect(await client.beta.messages.create(ASK)).toMatchObject({
    model: "other",
    stop_reason: "max_tokens",
    usage: { input_tokens: 7, output_tokens: 5, cache_read_input_tokens: 3 },
  });
});

test("an answer that is lost on the way is given again to the same request", async () => {
  const { client, model } = await scriptedClient("- { delayMs: 5000, say: slow answer }\n- say: second");
  const giveUp = new AbortController();
  const lost = failureOf(client.beta.messages.create(ASK, { signal: giveUp.signal }));
  await until(() => model.requests().length === 1);
  giveUp.abort();
  await lost;

  const again = client.beta.messages.create(ASK);
  await until(() => model.requests().length === 2);

  expect(model.requests().map(({ line }) => line)).toEqual([3, 3]);
  await model.close();
  expect(await failureOf(again)).toBeInstanceOf(Error);
});
