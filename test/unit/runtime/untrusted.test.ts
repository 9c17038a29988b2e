import { describe, expect, test } from "vitest";
import type { Turn, UserInput } from "../../../src/agent/loop-deps.ts";
import { Message } from "../../../src/protocol/message.ts";
import { mailInput } from "../../../src/runtime/inputs.ts";
import { namedSources, openUntrusted, sourcesIn } from "../../../src/runtime/untrusted.ts";
import type { Sender } from "../../../src/team/provenance.ts";

function calls(...uses: readonly (readonly [id: string, name: string, input?: object])[]): Turn {
  const content = uses.map(([id, name, input = {}]) => ({ type: "tool_use" as const, id, name, input }));
  return { message: { role: "assistant", content }, inputs: [] };
}

function results(ids: readonly string[], inputs: readonly string[] = []): Turn {
  const content = ids.map((id) => ({ type: "tool_result" as const, tool_use_id: id, content: "x" }));
  return { message: { role: "user", content }, inputs };
}

function told(...inputs: readonly string[]): Turn {
  return { message: { role: "user", content: "x" }, inputs };
}

function mail(counter: number, from: string, sender: Sender): UserInput {
  const id = `somebody.${counter}`;
  const message = Message.parse({ v: 1, id, at: "", from, to: "ada", kind: "text", text: "x" });
  return mailInput(message, "x", "Qx7", sender);
}

describe("L1 what nobody vouches for counts when it enters the conversation", () => {
  test.each([
    ["a connector's answer", "mcp__docs__search", {}, ["connector docs"]],
    ["a page", "WebFetch", { url: "https://a.b" }, ["the web"]],
    ["a search", "WebSearch", {}, ["the web"]],
    ["what a command brings", "Bash", { command: "cd x && curl -s https://a.b | jq ." }, ["the web (curl)"]],
    ["a command of this machine", "Bash", { command: "npm test -- curly" }, []],
    ["a file", "Read", { file_path: "README.md" }, []],
    ["a teammate's tool", "TaskGet", { task: "1" }, []],
    ["a wrong input", "Bash", { command: 7 }, []],
  ])("%s", (_, name, input, sources) => {
    const untrusted = openUntrusted([], []);

    untrusted.entered(calls(["t1", name, input]));

    expect(untrusted.sources()).toEqual([]);

    untrusted.entered(results(["t1"]));

    expect(untrusted.sources()).toEqual(sources);
  });

  test.each([
    ["user", "user", []],
    ["bob", "teammate", []],
    ["system", "troupe", []],
    ["user", "unverified", ["the message somebody.1 that says it is from user"]],
    ["bob", "unverified", ["the message somebody.1 that says it is from bob"]],
  ] as const)("mail of %s, who is %s", (from, sender, sources) => {
    const untrusted = openUntrusted([], []);
    untrusted.handedOut([mail(1, from, sender)]);

    untrusted.entered(told("somebody.1"));

    expect(untrusted.sources()).toEqual(sources);
  });
});

test("L1 the user's next word ends it, and nobody else's does", () => {
  const untrusted = openUntrusted(["the web"], []);
  untrusted.handedOut([mail(1, "bob", "teammate"), mail(2, "user", "unverified"), mail(3, "user", "user")]);

  untrusted.entered(told("somebody.1"));
  untrusted.entered(told("somebody.2"));

  expect(untrusted.sources()).toEqual(["the web", "the message somebody.2 that says it is from user"]);

  untrusted.entered(told("somebody.3"));

  expect(untrusted.sources()).toEqual([]);
});

test("L1 what comes together with the user's word was not seen by the user", () => {
  const untrusted = openUntrusted(["the web"], []);
  untrusted.handedOut([mail(3, "user", "user")]);
  untrusted.entered(calls(["t1", "mcp__docs__get"]));

  untrusted.entered(results(["t1"], ["somebody.3"]));

  expect(untrusted.sources()).toEqual(["connector docs"]);
});

test("L1 a word of the user's that was said once ends it once", () => {
  const untrusted = openUntrusted([], []);
  untrusted.handedOut([mail(3, "user", "user")]);
  untrusted.entered(told("somebody.3"));
  untrusted.entered(calls(["t1", "mcp__docs__get"]));
  untrusted.entered(results(["t1"]));

  untrusted.entered(told("somebody.3"));

  expect(untrusted.sources()).toEqual(["connector docs"]);
});

test("L1 a later life goes on from what was written down, and knows whose calls are answered only now", () => {
  const untrusted = openUntrusted(["the web"], [calls(["t1", "mcp__docs__get"])]);

  expect(untrusted.sources()).toEqual(["the web"]);

  untrusted.entered(results(["t1"]));

  expect(untrusted.sources()).toEqual(["the web", "connector docs"]);
});

test("many sources are named as far as a question can show them", () => {
  const turns = Array.from({ length: 9 }, (_, index) => [
    calls([`t${index}`, `mcp__s${index}__get`]),
    results([`t${index}`]),
  ]).flat();

  expect(namedSources(sourcesIn(turns))).toBe(
    "connector s0, connector s1, connector s2, connector s3, connector s4, connector s5 and 3 more",
  );
});
