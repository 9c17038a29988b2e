import { expect, test } from "vitest";
import { ASK, scriptedClient } from "../../support/scripted-client.ts";

const CACHED = { type: "ephemeral" as const };
const SYSTEM = "A prompt. ".repeat(100);

test("with cache marks, what was sent before is read from the cache and the rest is written", async () => {
  const { client } = await scriptedClient("- say: one\n- say: two\n- say: three");
  const messages = [
    { role: "user" as const, content: "hello" },
    { role: "assistant" as const, content: "one" },
    { role: "user" as const, content: "more ".repeat(40) },
  ];
  const ask = (count: number, system: string) =>
    client.beta.messages
      .create({ ...ASK, system, messages: messages.slice(0, count), cache_control: CACHED })
      .then(({ usage }) => usage);

  const first = await ask(1, SYSTEM);
  const second = await ask(3, SYSTEM);

  expect(first).toMatchObject({ input_tokens: 0, cache_read_input_tokens: 0 });
  expect(first.cache_creation_input_tokens).toBeGreaterThan(250);
  expect(second.cache_read_input_tokens).toBe(first.cache_creation_input_tokens);
  expect(second.cache_creation_input_tokens).toBeGreaterThan(50);
  expect(second.cache_creation_input_tokens).toBeLessThan(120);
});

test("another system prompt makes the cache worthless", async () => {
  const { client } = await scriptedClient("- { say: one, times: any }");
  const ask = (content: string, system: string) =>
    client.beta.messages.create({
      ...ASK,
      system,
      messages: [{ role: "user", content }],
      cache_control: CACHED,
    });

  await ask("a", SYSTEM);
  const { usage } = await ask("b", `${SYSTEM}!`);

  expect(usage.cache_read_input_tokens).toBeLessThan(5);
});

test("the stream reports the same usage as the whole message", async () => {
  const { client } = await scriptedClient("- say: a somewhat longer answer");

  const streamed = await client.beta.messages.stream(ASK).finalMessage();
  const whole = await client.beta.messages.create(ASK);

  expect(streamed.usage).toMatchObject({
    input_tokens: whole.usage.input_tokens,
    output_tokens: whole.usage.output_tokens,
  });
  expect(whole.usage.output_tokens).toBeGreaterThan(5);
});
