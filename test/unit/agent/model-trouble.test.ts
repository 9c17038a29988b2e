import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Anthropic } from "@anthropic-ai/sdk";
import { expect, test } from "vitest";
import { eventsOf, runLoop } from "../../support/agent-loop.ts";
import {
  cut,
  drips,
  hangs,
  page,
  says,
  sseServer,
  status,
  streamOf,
} from "../../support/agent-sse-server.ts";
import { until } from "../../support/until.ts";

test("I1 a rate limit is waited for as the server says", async () => {
  const server = await sseServer(status(429, { "retry-after-ms": "80", "retry-after": "1" }), says(["ok"]));
  const started = performance.now();

  const { end, events } = await runLoop(server);

  expect(end).toEqual({ reason: "done", text: "ok" });
  expect(performance.now() - started).toBeGreaterThan(75);
  expect(eventsOf(events, "retrying")).toEqual([
    { type: "retrying", attempt: 1, why: "rate limit (429, again in 0.1 s)" },
  ]);
});

test("I2 an overloaded server is asked as often as the limit says, then the turn fails", async () => {
  const server = await sseServer(...[529, 503, 500].map((code) => status(code, { "retry-after-ms": "1" })));

  const { end, events, turns } = await runLoop(server, { limits: { requestTries: 3 } });

  expect(end).toMatchObject({ reason: "failed", code: "model_unreachable" });
  expect(eventsOf(events, "retrying").map(({ why }) => why)).toEqual([
    "the server is overloaded (529, again in 0 s)",
    "the server answered 503",
  ]);
  expect(server.requests).toHaveLength(3);
  expect(turns).toHaveLength(1);
});

test("I3 a server that is not there is named after a few tries", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise((resolve) => server.close(resolve));
  const client = new Anthropic({ baseURL, apiKey: "sk-test" });

  const { end, events } = await runLoop({ baseURL, client, requests: [] }, { limits: { connectTries: 2 } });

  expect(end).toMatchObject({ reason: "failed", code: "model_unreachable" });
  expect(end.reason === "failed" && end.message).toMatch(
    new RegExp(`no connection to the model at ${baseURL}.*ECONNREFUSED`),
  );
  expect(eventsOf(events, "retrying")).toHaveLength(1);
});

test("I3 a connection that dies before the answer is tried again", async () => {
  const server = await sseServer((response) => response.destroy(), says(["ok"]));

  const { end, events } = await runLoop(server);

  expect(end).toEqual({ reason: "done", text: "ok" });
  expect(eventsOf(events, "retrying")[0]?.why).toMatch(/^no connection: /);
});

test.each([
  [401, "auth_refused", "refused the credentials"],
  [402, "auth_refused", "wants to be paid first"],
  [403, "auth_refused", "refused the credentials"],
  [400, "failed", "refused the request"],
  [404, "failed", "refused the request"],
])("I11 %i is not tried again: %s, %s", async (code, kind, words) => {
  const server = await sseServer(status(code));

  const { end } = await runLoop(server);

  expect(end).toMatchObject({ reason: "failed", code: kind });
  expect(end.reason === "failed" && end.message).toContain(`${words}: ${code} test says ${code}`);
  expect(server.requests).toHaveLength(1);
});

test("a client without any key says that none was found", async () => {
  const { baseURL } = await sseServer();
  const client = new Anthropic({ baseURL, apiKey: null, authToken: null });

  const { end } = await runLoop({ baseURL, client, requests: [] });

  expect(end).toEqual({
    reason: "failed",
    code: "auth_missing",
    message: "no API key, token or profile for the Anthropic API was found",
  });
});

test.each([200, 404])(
  "a base URL that answers HTML with %i is named, with the content type",
  async (code) => {
    const server = await sseServer(page(code));

    const { end } = await runLoop(server);

    expect(end).toEqual({
      reason: "failed",
      code: "model_unreachable",
      message: `${server.baseURL}/v1/messages answered ${code} with text/html; charset=utf-8, not with a stream of the Messages API; is the base URL right?`,
    });
    expect(server.requests).toHaveLength(1);
  },
);

test("a gateway that answers its errors as HTML is tried again, and its page is not shown", async () => {
  const server = await sseServer(page(502), page(502));

  const { end } = await runLoop(server, { limits: { requestTries: 2 } });

  expect(end).toEqual({
    reason: "failed",
    code: "model_unreachable",
    message: `the model at ${server.baseURL} does not answer: 502 with text/html; charset=utf-8`,
  });
});

test("I12 a server that hangs before its first byte is asked again", async () => {
  const server = await sseServer(hangs(), says(["ok"]));

  const { end, events } = await runLoop(server, { limits: { idleMs: 500 } });

  expect(end).toEqual({ reason: "done", text: "ok" });
  expect(eventsOf(events, "retrying")).toEqual([
    { type: "retrying", attempt: 1, why: "no sign of life for 0.5 s" },
  ]);
});

test("I12 single bytes that drip are no sign of life, whole lines are", async () => {
  const lines = streamOf(["ok"])
    .toString()
    .split("\n\n")
    .flatMap((one) => [": alive\n\n", `${one}\n\n`]);
  const server = await sseServer(
    drips(
      Array.from({ length: 1000 }, () => "x"),
      10,
    ),
    drips(lines, 30),
  );

  const { end, events } = await runLoop(server, { limits: { idleMs: 200 } });

  expect(end).toEqual({ reason: "done", text: "ok" });
  expect(eventsOf(events, "retrying").map(({ why }) => why)).toEqual(["no sign of life for 0.2 s"]);
});

test.each([
  ["in the middle of a rate limit", status(429, { "retry-after": "60" })],
  ["before the first byte", hangs()],
  ["in the middle of the answer", hangs(streamOf(["Hello"]).subarray(0, 400))],
])("an abort %s ends the turn at once", async (_, answering) => {
  const server = await sseServer(answering);
  const controller = new AbortController();

  const running = runLoop(server, { signal: controller.signal });
  await until(() => server.requests.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  const aborted = performance.now();
  controller.abort();
  const { end, turns } = await running;

  expect(end).toEqual({ reason: "interrupted" });
  expect(performance.now() - aborted).toBeLessThan(1_000);
  expect(turns.map(({ message }) => message.role)).toEqual(["user"]);
});

test("an abort between two tries of a cut stream ends the turn at once", async () => {
  const server = await sseServer(cut(streamOf(["Hello"]), 400));
  const controller = new AbortController();
  const running = runLoop(server, {
    signal: controller.signal,
    limits: { streamRetryMs: 60_000 },
    emit: ({ type }) => {
      if (type === "retrying") controller.abort();
    },
  });

  expect((await running).end).toEqual({ reason: "interrupted" });
});
