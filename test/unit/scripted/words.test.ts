import { expect, test } from "vitest";
import { fillText, splitTemplate } from "../../../src/scripted/fill.ts";
import { agentOfSystem, headerFault, splitPath } from "../../../src/scripted/headers.ts";
import { nearest } from "../../../src/scripted/nearest.ts";
import { parsePattern } from "../../../src/scripted/pattern.ts";

const named = new Map([["who", "ada"]]);

test.each([
  ["plain", "plain"],
  ["$1 and ${who}", "one and ada"],
  ["$$1 costs $$", "$1 costs $"],
  ["$(date) $x ${a.b} $", "$(date) $x ${a.b} $"],
  ["$2|${nobody}|", "||"],
])("%j is filled as %j", (template, filled) => {
  expect(fillText(splitTemplate(template), { numbered: ["one"], named })).toBe(filled);
});

const found = (source: string, subject: string): boolean => {
  const parsed = parsePattern(source);
  return parsed.ok && parsed.pattern.test(subject);
};

test("text between slashes is a regular expression, other text stands for itself", () => {
  expect(found("a.c (1)", "x a.c (1) y")).toBe(true);
  expect(found("a.c", "abc")).toBe(false);
  expect(found("/a.c/", "abc")).toBe(true);
  expect(found("/^B/im", "a\nbc")).toBe(true);
  expect(parsePattern("/a/g").ok).toBe(false);
  expect(parsePattern("/a").ok).toBe(false);
});

test("the nearest names come first, strangers not at all", () => {
  const fields = ["text", "tool", "times", "delayMs", "fault"];

  expect(nearest("delayms", fields)).toEqual(["delayMs"]);
  expect(nearest("txet", fields)[0]).toBe("text");
  expect(nearest("abracadabra", fields)).toEqual([]);
});

test("the agent stands in front of the path or in the first line of the prompt", () => {
  expect(splitPath("/a/ada/v1/messages")).toEqual({ agent: "ada", path: "/v1/messages" });
  expect(splitPath("/v1/messages")).toEqual({ agent: undefined, path: "/v1/messages" });
  expect(agentOfSystem([{ text: "You are bob, a teammate in team x.\nYou are eve, …" }])).toBe("bob");
  expect(agentOfSystem([{ text: "Hello.\nYou are bob, …" }])).toBeUndefined();
  expect(agentOfSystem(undefined)).toBeUndefined();
});

test("headers need a key, a version and known betas", () => {
  const good = { authorization: "Bearer x", "anthropic-version": "2026-10-21" };

  expect(headerFault(good)).toBeUndefined();
  expect(
    headerFault({ ...good, "anthropic-beta": "token-counting-2024-11-01, context-1m-2025-08-07" }),
  ).toBeUndefined();
  expect(
    headerFault({ ...good, "anthropic-beta": "token-counting-2024-11-01,new-2030-01-01" }),
  ).toMatchObject({
    status: 400,
  });
  expect(headerFault({ "anthropic-version": "2026-10-21" })).toMatchObject({ status: 401 });
  expect(headerFault({ authorization: "Bearer x" })).toMatchObject({ status: 400 });
});
