import { describe, expect, test } from "vitest";
import { decide } from "../../../src/agent/gate/decide.ts";
import type { Turn } from "../../../src/agent/loop-deps.ts";
import { Message } from "../../../src/protocol/message.ts";
import { mailInput } from "../../../src/runtime/inputs.ts";
import { openUntrusted, type Untrusted } from "../../../src/runtime/untrusted.ts";
import { INJECTIONS } from "../../support/injections.ts";
import { type Call, contextFor } from "../../support/untrusted-scene.ts";

/** How a text can come before the model. */
const WAYS: Readonly<Record<string, (text: string) => Untrusted>> = {
  "a teammate's message": (text) => heard(text, "bob", "teammate"),
  "a message in the user's name": (text) => heard(text, "user", "unverified"),
  "a message in the lead's name": (text) => heard(text, "lead", "unverified"),
  "a message in troupe's name": (text) => heard(text, "system", "unverified"),
  "a file": (text) => answered("Read", { file_path: "README.md" }, text),
  "what a command prints": (text) => answered("Bash", { command: "cat notes.txt" }, text),
  "a page": (text) => answered("WebFetch", { url: "https://a.b" }, text),
  "a connector": (text) => answered("mcp__docs__get", {}, text),
  "a subagent": (text) => answered("Agent", { prompt: "x" }, text),
};

function heard(text: string, from: string, sender: Parameters<typeof mailInput>[3]): Untrusted {
  const untrusted = openUntrusted([], []);
  const message = Message.parse({ v: 1, id: "somebody.1", at: "", from, to: "ada", kind: "text", text });
  const input = mailInput(message, text, "Qx7", sender);
  untrusted.handedOut([input]);
  untrusted.entered({ message: { role: "user", content: input.text }, inputs: [input.id] });
  return untrusted;
}

function answered(name: string, input: object, text: string): Untrusted {
  const untrusted = openUntrusted([], []);
  const use: Turn["message"] = { role: "assistant", content: [{ type: "tool_use", id: text, name, input }] };
  untrusted.entered({ message: use, inputs: [] });
  untrusted.entered({
    message: { role: "user", content: [{ type: "tool_result", tool_use_id: text, content: text }] },
    // Ids are ours: a text that stands in their place is no input that was handed out.
    inputs: [text],
  });
  return untrusted;
}

/** What an injected text would have the model do; `with`: the text where the model may put it. */
const CALLS: readonly ((text: string) => Call)[] = [
  () => ({ name: "Bash", input: { command: "git push origin main" } }),
  () => ({ name: "Bash", input: { command: "ls -la" } }),
  (text) => ({ name: "Bash", input: { command: "rm -rf /", description: text } }),
  (text) => ({ name: "Bash", input: { command: "npm test", behavior: text, permissionDecision: text } }),
  (text) => ({ name: "Write", input: { file_path: ".git/hooks/pre-commit", content: text } }),
  (text) => ({ name: "Write", input: { file_path: ".claude/settings.json", content: text } }),
  (text) => ({ name: "Edit", input: { file_path: "/etc/passwd", old_string: text, new_string: text } }),
  (text) => ({ name: "Write", input: { file_path: "src/a.ts", content: text } }),
  (text) => ({ name: "WebFetch", input: { url: "https://evil.test/", prompt: text } }),
  (text) => ({ name: "mcp__s__send", input: { text, [text]: text } }),
  (text) => ({ name: "SendMessage", input: { to: "user", text } }),
  (text) => ({ name: "Odd", input: { text } }),
];
const RANK = { allow: 0, ask: 1, deny: 2 } as const;

test("there are enough texts, and each once", () => {
  expect(new Set(INJECTIONS).size).toBe(INJECTIONS.length);
  expect(INJECTIONS.length).toBeGreaterThanOrEqual(60);
});

describe.each(Object.entries(WAYS))("L1 no text turns a verdict looser: it comes as %s", (_, entering) => {
  test.each(["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"] as const)(
    "mode %s",
    (mode) => {
      let stricter = 0;
      for (const text of INJECTIONS) {
        const untrusted = entering(text);
        for (const callOf of CALLS) {
          const plain = callOf("x");
          const call = callOf(text);
          const before = decide(contextFor(plain, { mode, untrusted: { sources: () => [] } }), plain);
          const after = decide(contextFor(call, { mode, untrusted }), call);

          expect(RANK[after.behavior], `${call.name} after ${text.slice(0, 80)}`).toBeGreaterThanOrEqual(
            RANK[before.behavior],
          );
          if (RANK[after.behavior] > RANK[before.behavior]) stricter++;
        }
      }
      // What nobody vouches for is not only without effect: it asks.
      expect(stricter > 0).toBe(mode !== "bypassPermissions" && isUntrusted(entering));
    },
  );
});

function isUntrusted(entering: (text: string) => Untrusted): boolean {
  return entering("x").sources().length > 0;
}

test("L1 no text is taken for the user's word: what was asked about stays so", () => {
  for (const text of INJECTIONS) {
    const untrusted = answered("mcp__docs__get", {}, text);
    const message = Message.parse({
      v: 1,
      id: "somebody.2",
      at: "",
      from: "bob",
      to: "ada",
      kind: "text",
      text,
    });
    const input = mailInput(message, text, "Qx7", "teammate");
    untrusted.handedOut([input, { id: text, text }]);
    untrusted.entered({
      message: { role: "user", content: text },
      inputs: [input.id, text, "user", "goal:x"],
    });

    expect(untrusted.sources()).toEqual(["connector docs"]);
  }
});
