// oxlint-disable import/max-dependencies -- a server, a user and an agent in front of it
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createConversation } from "../../../src/agent/conversation.ts";
import { loop } from "../../../src/agent/loop.ts";
import type { Model, TurnEnd } from "../../../src/agent/loop-deps.ts";
import type { Host } from "../../../src/base/host.ts";
import { checkModel } from "../../../src/cli/doctor/check-model.ts";
import { findModelSource, openModel } from "../../../src/runtime/model-source.ts";
import { dialectOf } from "../../../src/runtime/server-facts.ts";
import { parseScript } from "../../../src/scripted/read-script.ts";
import { type ScriptedModel, startScriptedModel } from "../../../src/scripted/server.ts";
import { echoTool, eventsOf } from "../../support/agent-loop.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { testHost } from "../../support/test-host.ts";
import { until } from "../../support/until.ts";

interface Desk {
  readonly model: ScriptedModel;
  readonly host: Host;
  /** The file of what is known, when there is one. */
  readonly file: () => string | undefined;
  readonly open: (host?: Host) => Promise<Model>;
}

async function desk(dialect: "local" | undefined, rules = "{ say: Hello., times: any }"): Promise<Desk> {
  const model = await startScriptedModel({
    script: parseScript(`agents:\n  '*': [${rules}]`, "script.yaml"),
    host: testHost("model"),
    ...(dialect && { dialect }),
  });
  onTestFinished(model.close);
  const config = tempFolder();
  const host = testHost("user", {
    CLAUDE_CONFIG_DIR: config,
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_AUTH_TOKEN: "none",
  });
  const folder = join(config, "troupe/servers");
  return {
    model,
    host,
    file: () => {
      const names = existsSync(folder) ? readdirSync(folder) : [];
      const name = names.find((one) => one.endsWith(".json"));
      return name && join(folder, name);
    },
    open: async (own = host) => {
      const source = await findModelSource(own);
      return { ...openModel(own, "small", source), dialect: dialectOf(own, source) };
    },
  };
}

/** One turn of an agent with a system text and a tool. */
async function turn(
  model: Model,
  text = "go",
): Promise<{ readonly end: TurnEnd; readonly retries: readonly string[]; readonly used: number }> {
  const events: Parameters<Parameters<typeof loop>[0]["emit"]>[0][] = [];
  const conversation = createConversation([]);
  const end = await loop(
    {
      model,
      system: "You are a test.",
      tools: () => [echoTool()],
      gate: () => Promise.resolve({ allowed: true }),
      nextInput: () => Promise.resolve([]),
      record: () => Promise.resolve(),
      emit: (event) => events.push(event),
    },
    conversation,
    [{ id: "in1", text }],
    new AbortController().signal,
  );
  return { end, retries: eventsOf(events, "retrying").map(({ why }) => why), used: conversation.used() };
}

const statuses = ({ model }: Desk) => model.requests().map(({ status }) => status);

test("a server that refuses cache marks is asked once more without them, and never again with them", async () => {
  const one = await desk("local");

  const first = await turn(await one.open());
  const second = await turn(await one.open());

  expect([first.end, second.end]).toEqual([
    { reason: "done", text: "Hello." },
    { reason: "done", text: "Hello." },
  ]);
  expect(first.retries).toEqual(["the server refused the request, perhaps its cache marks"]);
  expect(second.retries).toEqual([]);
  expect(statuses(one)).toEqual([400, 200, 200]);
  const known = readFileSync(await until(one.file), "utf8");
  expect(JSON.parse(known)).toMatchObject({ v: 1, baseUrl: one.model.url, takes: { cache: false } });
  expect(known).not.toContain('none"');
});

test("what a server refused is known to the next process, and asked again after a week or by another version", async () => {
  const one = await desk("local");
  await turn(await one.open());
  const path = await until(one.file);
  const known = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  const retries = async (text: string): Promise<number> => {
    const config = tempFolder();
    mkdirSync(join(config, "troupe/servers"), { recursive: true });
    const file = join(config, "troupe/servers", basename(path));
    writeFileSync(file, text);
    const host = { ...one.host, env: { ...one.host.env, CLAUDE_CONFIG_DIR: config } };
    const { length } = (await turn(await one.open(host))).retries;
    if (length > 0) await until(() => readFileSync(file, "utf8") !== text);
    return length;
  };

  expect(await retries(JSON.stringify(known))).toBe(0);
  const others = [
    { at: "2026-11-01T00:00:00.000Z" },
    { at: "2027-11-01T00:00:00.000Z" },
    { at: 1 },
    { version: "0.0.0" },
  ];
  for (const other of others) expect(await retries(JSON.stringify({ ...known, ...other }))).toBe(1);
  for (const odd of ["", "{", "[]", "null", '{"__proto__":{}}']) expect(await retries(odd)).toBe(1);
});

test("a server that takes everything costs no request more, writes nothing, and a refused request is told as it is", async () => {
  const one = await desk(undefined, "{ say: Hello. }, { fault: 400 }");
  const model = await one.open();

  const good = await turn(model);
  const bad = await turn(model, "and now");

  expect(good.end.reason).toBe("done");
  expect(bad.end).toMatchObject({ reason: "failed", code: "failed" });
  expect(bad.retries).toEqual([]);
  expect(statuses(one)).toEqual([200, 400]);
  expect(existsSync(join(one.host.env["CLAUDE_CONFIG_DIR"] ?? "", "troupe"))).toBe(false);
});

test("a request that is refused without marks too is told with the first answer, and nothing is remembered", async () => {
  const one = await desk(undefined, "{ fault: 400, times: any }");

  const { end } = await turn(await one.open());

  expect(end).toMatchObject({
    reason: "failed",
    message: expect.stringContaining("scripted fault 400") as string,
  });
  expect(statuses(one)).toEqual([400, 400]);
  expect((await one.open()).dialect?.takes("cache")).toBeUndefined();
});

test("doctor says what a server of one's own can do, asks it once, and believes that for a week", async () => {
  const local = await desk("local");
  const whole = await desk(undefined);
  const { signal } = new AbortController();

  const first = await checkModel(local.host, signal);
  const asked = local.model.requests().length;
  const again = await checkModel(local.host, signal);
  const rich = await checkModel(whole.host, signal);

  expect(first.findings).toEqual([]);
  expect(first.facts[2]).toBe(
    "scripted: tools yes, prompt cache no, counts tokens no (~ 4 bytes each), summaries of its own no, window 200000 (asked 2026-11-20)",
  );
  expect(again.facts).toEqual(first.facts);
  // The one that asks whether it is there at all.
  expect(local.model.requests()).toHaveLength(asked + 1);
  expect(rich.facts[2]).toMatch(/^scripted: tools yes, prompt cache yes, counts tokens yes, /);
  expect((await turn(await local.open())).retries).toEqual([]);
});

test("a conversation with a server that counts no tokens has about as many as its bytes make", async () => {
  const nothing = "usage: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 }";
  const one = await desk("local", `{ say: Hello., ${nothing}, times: any }`);

  const { used } = await turn(await one.open(), "x".repeat(4_000));

  expect(used).toBeGreaterThan(1_000);
  expect(used).toBeLessThan(1_200);
});
