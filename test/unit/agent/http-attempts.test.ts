import { expect, test } from "vitest";
import { attemptsWatcher, gatedAttempts } from "../../../src/agent/http-attempts.ts";
import { openIdleWatch } from "../../../src/agent/idle-watch.ts";
import { eventsOf, runLoop } from "../../support/agent-loop.ts";
import { says, sseServer, status } from "../../support/agent-sse-server.ts";

test.each(["DEPTH_ZERO_SELF_SIGNED_CERT", "ERR_TLS_CERT_ALTNAME_INVALID", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"])(
  "I3 a certificate that is refused with %s is not tried again",
  async (code) => {
    const retries: string[] = [];
    const watch = openIdleWatch(60_000, new AbortController().signal);
    const attempt = attemptsWatcher({
      watch,
      requestTries: 10,
      connectTries: 4,
      onRetry: (why) => retries.push(why),
    });
    const next = () =>
      Promise.reject(
        new TypeError("fetch failed", { cause: Object.assign(new Error("bad certificate"), { code }) }),
      );
    const request = { url: "https://model.test/v1/messages", headers: new Headers() };
    const logger = { error: console, warn: console, info: console, debug: console };

    const attempting = attempt(request, next, { logger: logger as never, parse: next });

    await expect(attempting).rejects.toMatchObject({
      code: "model_unreachable",
      message: "no connection to the model at https://model.test/v1/messages: bad certificate",
    });
    expect(retries).toEqual([]);
    watch.close();
  },
);

test("a server that says itself whether to try again is obeyed", async () => {
  const never = await sseServer(status(503, { "x-should-retry": "false" }));
  const always = await sseServer(
    status(400, { "x-should-retry": "true", "retry-after-ms": "1" }),
    says(["ok"]),
  );

  const given = await runLoop(never);
  const kept = await runLoop(always);

  expect(given.end).toMatchObject({ reason: "failed", code: "model_unreachable" });
  expect(eventsOf(given.events, "retrying")).toEqual([]);
  expect(kept.end).toEqual({ reason: "done", text: "ok" });
  expect(eventsOf(kept.events, "retrying").map(({ why }) => why)).toEqual(["the server answered 400"]);
});

test("I1 a request of its own waits at the gate, tells the others of a limit, and does not sleep besides", async () => {
  const seen: string[] = [];
  const gate = {
    wait: () => Promise.resolve(void seen.push("wait")),
    limited: (ms: number) => void seen.push(`limited ${ms}`),
  };
  const attempt = gatedAttempts(gate, new AbortController().signal);
  const request = { url: "https://model.test/v1/messages", headers: new Headers() };
  const logger = { error: console, warn: console, info: console, debug: console };
  const answered = (code: number, headers: Record<string, string> = {}) =>
    attempt(request, () => Promise.resolve(new Response("{}", { status: code, headers })), {
      logger: logger as never,
      parse: () => Promise.reject(new Error("not asked")),
    });

  const limited = await answered(429, { "retry-after": "30" });
  const fine = await answered(200);

  expect(seen).toEqual(["wait", "limited 30000", "wait"]);
  expect([limited.status, limited.headers.get("retry-after-ms"), fine.status]).toEqual([429, "1", 200]);
});
