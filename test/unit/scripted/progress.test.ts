import * as fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { openProgress, type Progress } from "../../../src/scripted/progress.ts";
import { parseScript } from "../../../src/scripted/read-script.ts";
import { type Message, parseRequest } from "../../../src/scripted/request.ts";
import { startScriptedModel } from "../../../src/scripted/server.ts";
import { ASK, scriptedClient, sdkClient } from "../../support/scripted-client.ts";
import { testHost } from "../../support/test-host.ts";

const SCRIPT = `
agents:
  ada:
    - text: work
      say: one
      next: [{ say: two }, { say: three }]
  bob:
    - { say: first }
    - { say: second }
    - { say: third }
`;

/** An agent that keeps its conversation, as a transcript does. */
function agentOf(progress: Progress, name: string, conversation: Message[] = []) {
  return {
    conversation,
    hear: (text: string): string => {
      conversation.push({ role: "user", content: [{ type: "text", text }] });
      const parsed = parseRequest({ ...ASK, messages: conversation });
      if (!parsed.ok) throw new Error(parsed.message);
      const decision = progress.next(name, parsed.request);
      if (!decision.ok) throw new Error(decision.why);
      const said = decision.answer.message.content.flatMap((block) =>
        block.type === "text" ? block.text : [],
      );
      conversation.push({ role: "assistant", content: [{ type: "text", text: said.join("") }] });
      return said.join("");
    },
  };
}

function open(): Progress {
  let ids = 0;
  return openProgress(parseScript(SCRIPT, "s.yaml"), () => `id${++ids}`);
}

test("an agent that is started again goes on where it was", () => {
  const progress = open();
  const before = agentOf(progress, "ada");
  before.hear("work");

  const after = agentOf(progress, "ada", [...before.conversation]);

  expect([after.hear("go on"), after.hear("and on")]).toEqual(["two", "three"]);
});

test("an agent that was killed with its answer gets it once more, and then goes on", () => {
  const progress = open();
  const killed = agentOf(progress, "ada");
  killed.hear("work");

  const after = agentOf(progress, "ada", []);

  expect([after.hear("work"), after.hear("go on")]).toEqual(["one", "two"]);
});

test("agents keep their places apart, however their requests are mixed", () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(["ada", "ada", "ada", "bob", "bob", "bob"], { minLength: 6 }),
      (order) => {
        const progress = open();
        const agents = { ada: agentOf(progress, "ada"), bob: agentOf(progress, "BOB") };
        const said = order.map((name) => `${name} ${agents[name === "ada" ? "ada" : "bob"].hear("work")}`);

        expect(said.filter((words) => words.startsWith("ada"))).toEqual(["ada one", "ada two", "ada three"]);
        expect(said.filter((words) => words.startsWith("bob"))).toEqual([
          "bob first",
          "bob second",
          "bob third",
        ]);
      },
    ),
  );
});

test("a script without the agent says whom it has", () => {
  expect(() => agentOf(open(), "eve").hear("work")).toThrow(
    "s.yaml has no rules for the agent eve; it has rules for ada, bob",
  );
});

test("a long request is quoted in part when nothing matches", () => {
  expect(() => agentOf(open(), "ada").hear("x".repeat(5000))).toThrow(/the request ends with "x{300}…"$/);
});

test("cache marks do not make another request", async () => {
  const { client, model } = await scriptedClient("- say: one\n- say: two");

  await client.beta.messages.create(ASK);
  const again = await client.beta.messages.create({ ...ASK, cache_control: { type: "ephemeral" } });

  expect(again.content).toMatchObject([{ text: "one" }]);
  expect(model.requests()).toHaveLength(2);
});

test("sixteen agents at once get their own answers", async () => {
  const script = parseScript(
    'agents: { "*": [{ text: "/I am (.+)/", say: "hello $1", delayMs: 20 }] }',
    "s.yaml",
  );
  const lines: string[] = [];
  const model = await startScriptedModel({ script, host: testHost("many"), log: (line) => lines.push(line) });
  onTestFinished(model.close);

  const answers = await Promise.all(
    Array.from({ length: 16 }, async (_, index) => {
      const { content } = await sdkClient(`${model.url}/a/agent-${index}`)
        .beta.messages.stream({ ...ASK, messages: [{ role: "user", content: `I am agent-${index}` }] })
        .finalMessage();
      return content[0]?.type === "text" ? content[0].text : "";
    }),
  );

  expect(answers).toEqual(Array.from({ length: 16 }, (_, index) => `hello agent-${index}`));
  expect(lines.toSorted()[0]).toBe("agent-0 request 1: s.yaml:1");
});

test("a body that is too large is refused with its answer, not with a broken connection", async () => {
  const { client } = await scriptedClient("- say: one");
  const messages = [{ role: "user" as const, content: "x".repeat(33 * 1024 * 1024) }];

  await expect(client.beta.messages.create({ ...ASK, messages })).rejects.toMatchObject({
    status: 413,
    type: "request_too_large",
  });
});
