import { expect, test } from "vitest";
import type { Facts } from "../../../src/scripted/conversation.ts";
import { fillText } from "../../../src/scripted/fill.ts";
import { FIRST_PLACE, match } from "../../../src/scripted/match.ts";
import { parseScript } from "../../../src/scripted/read-script.ts";

/** What an agent says to each of the requests; what is heard adds up. */
function talk(rules: string, ...requests: readonly Partial<Facts>[]): readonly string[] {
  const indented = rules.replaceAll("\n", "\n    ");
  const script = parseScript(`agents:\n  ada:\n    ${indented}`, "s.yaml");
  let place = FIRST_PLACE;
  let heard = "";
  return requests.map((request, index) => {
    heard += `${request.text ?? ""}\n`;
    const facts = { turn: index + 1, text: "", results: [], ...request, heard };
    const found = match(script.agents.get("ada") ?? [], place, facts);
    if (!found.ok) return `no: ${found.nearest?.line}: ${found.nearest?.why}`;
    place = found.place;
    return fillText(found.reply.say ?? [], found.captures);
  });
}

const result = (tool: string, text: string, isError = false) => ({ results: [{ tool, text, isError }] });

test("the first rule that matches and is not used up answers", () => {
  expect(
    talk(
      "- { text: a, say: one }\n- { text: a, say: two, times: 2 }\n- { text: '/./', say: rest, times: any }",
      { text: "a" },
      { text: "b" },
      { text: "a" },
      { text: "a" },
      { text: "a" },
      { text: "a" },
    ),
  ).toEqual(["one", "rest", "two", "two", "rest", "rest"]);
});

test("all conditions of a rule must hold", () => {
  const rules = "- { turn: 2, tool: Bash, result: ok, failed: false, say: all }";

  expect(talk(rules, result("Bash", "ok"), result("Bash", "ok"))).toEqual([
    "no: 3: turn 2 is wanted, this is 1",
    "all",
  ]);
  expect(talk(rules, {}, result("Read", "ok"))[1]).toBe("no: 3: no result of Bash; result has no /ok/");
  expect(talk(rules, {}, result("Bash", "ok", true))[1]).toBe("no: 3: a result is an error");
});

const results = (bash: string) => ({
  results: [
    { tool: "Read", text: "yes", isError: false },
    { tool: "Bash", text: bash, isError: false },
  ],
});

test("a result is looked for among those of the named tool only", () => {
  const rules = "- { tool: Bash, result: yes, say: found }";

  expect(talk(rules, results("no"), results("yes"))).toEqual(["no: 3: result has no /yes/", "found"]);
});

test("captures are put in by number for the rule and by name for the agent's later answers", () => {
  expect(
    talk(
      "- { text: '/#(?<task>\\d+) by (\\w+)/', say: '$2 has $1', next: [{ say: '${task}: $$5' }] }\n- { text: again, say: 'still ${task}' }",
      { text: "#7 by bob" },
      {},
      { text: "again" },
    ),
  ).toEqual(["bob has 7", "7: $5", "still 7"]);
});

test("a rule that matches interrupts what is under way, which goes on behind it", () => {
  expect(
    talk(
      "- { text: work, say: w1, next: [{ say: w2 }, { say: w3 }] }\n- { text: mail, say: m1, next: [{ say: m2 }] }",
      { text: "work" },
      { text: "mail" },
      {},
      {},
      {},
      {},
    ),
  ).toEqual(["w1", "m1", "m2", "w2", "w3", expect.stringContaining("no: ")]);
});

test("a rule with instead ends what is under way", () => {
  expect(
    talk(
      "- { text: work, say: w1, next: [{ say: w2 }] }\n- { text: stop, instead: true, say: s1 }\n- { say: rest, times: any }",
      { text: "work" },
      { text: "stop" },
      {},
    ),
  ).toEqual(["w1", "s1", "rest"]);
});

test("rules without conditions answer last, in their order", () => {
  expect(
    talk(
      "- { say: one }\n- { say: two }\n- { text: a, say: three, next: [{ say: four }] }",
      {},
      { text: "a" },
      {},
      {},
      {},
    ),
  ).toEqual(["one", "three", "four", "two", expect.stringContaining("it is used up")]);
});

test("what was heard once is answered once, also when it came together with something else", () => {
  expect(
    talk(
      "- { text: task, say: t1, next: [{ say: t2 }] }\n- { heard: mail, say: m1 }",
      { text: "task mail" },
      {},
      {},
    ),
  ).toEqual(["t1", "m1", "t2"]);
});

test("a step for any number of times waits for the step behind it", () => {
  const rules =
    "- { text: ask, say: asked, next: [{ times: any, say: waiting }, { heard: answer, say: got it }, { say: end }] }";

  expect(talk(rules, { text: "ask" }, {}, {}, { text: "answer" }, {})).toEqual([
    "asked",
    "waiting",
    "waiting",
    "got it",
    "end",
  ]);
  expect(talk(rules, { text: "ask, answer" }, {})).toEqual(["asked", "got it"]);
});

test("a step that is asked for more than once repeats, then the next one follows", () => {
  expect(talk("- { say: a, next: [{ say: b, times: 2 }, { say: c }] }", {}, {}, {}, {})).toEqual([
    "a",
    "b",
    "b",
    "c",
  ]);
});

test("a step whose condition does not hold lets rules without conditions answer", () => {
  expect(
    talk(
      "- { text: go, say: a, next: [{ text: done, say: b }] }\n- { say: idle, times: any }",
      { text: "go" },
      { text: "x" },
      { text: "done" },
    ),
  ).toEqual(["a", "idle", "b"]);
});

test("without a match the rule that came nearest is named", () => {
  expect(talk("- { turn: 5, text: x, say: a }\n- { text: y, say: b }", { text: "z" })).toEqual([
    "no: 4: text has no /y/",
  ]);
});
