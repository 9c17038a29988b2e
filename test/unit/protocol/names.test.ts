import { join, sep } from "node:path";
import { assert, oneof, property, string, stringMatching } from "fast-check";
import { describe, expect, test } from "vitest";
import { EntryId, MemberName, sameName, TaskId, TeamName } from "../../../src/protocol/names.ts";
import { segmentNumber, teamPaths } from "../../../src/protocol/paths.ts";

const isMember = (name: string): boolean => MemberName.safeParse(name).success;
const isTeam = (name: string): boolean => TeamName.safeParse(name).success;
const LETTERS = ["a", "X", "0"];
const validName = stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/).filter(isTeam);

describe("names from outside", () => {
  test.each(["../x", "a/b", "a\\b", "a\0b", "a\nb", "a\n", "", ".", "..", "-rf", "_x", "a b", "a.b", "~"])(
    "E1 %j is no name of a member or a team",
    (name) => {
      expect(isMember(name)).toBe(false);
      expect(isTeam(name)).toBe(false);
    },
  );

  test("E1 whatever is accepted stays inside the folder of teams", () => {
    assert(
      property(oneof(string(), string({ unit: "binary" }), validName), (name) => {
        const parsed = TeamName.safeParse(name);
        if (!parsed.success) return;
        const { root } = teamPaths("/config", parsed.data);
        expect(root.startsWith(join("/config", "teams") + sep)).toBe(true);
        expect(root.split(sep)).toHaveLength(4);
      }),
    );
  });

  test("E2 64 characters are the limit", () => {
    expect(isMember("a".repeat(64))).toBe(true);
    expect(isMember("a".repeat(65))).toBe(false);
    expect(isTeam("a".repeat(300))).toBe(false);
  });

  test("E3 names that differ in case only are one, on every file system", () => {
    assert(
      property(validName, (name) => {
        const [upper, lower] = [TeamName.parse(name), TeamName.parse(name.toLowerCase())];
        expect(sameName(upper, lower)).toBe(true);
        expect(teamPaths("/config", upper).root).toBe(teamPaths("/config", lower).root);
      }),
    );
  });

  test("E4 letters that only look alike, wide or invisible ones are refused", () => {
    // Cyrillic a, full width a, zero width space and joiner, combining accent, right-to-left mark.
    for (const odd of ["\u0430", "\uff41", "\u200b", "\u200d", "e\u0301", "\u202e", "\u00e9"])
      for (const letter of LETTERS) expect(isMember(`${letter}${odd}${letter}`)).toBe(false);
  });

  test.each(["con", "AUX", "nul", "Prn", "com1", "LPT9"])(
    "E5 %s, a device on Windows, is refused",
    (name) => {
      expect(isMember(name)).toBe(false);
      expect(isTeam(name)).toBe(false);
      expect(isMember(`${name}x`)).toBe(true);
    },
  );

  test.each(["user", "All", "SYSTEM", "main", "team-lead"])(
    "E7 %s, a word with a meaning of its own, is no member",
    (name) => {
      expect(isMember(name)).toBe(false);
    },
  );

  test("a folder of Claude Code's own sessions is no team", () => {
    expect(isTeam("session-1")).toBe(false);
    expect(isTeam("Session-x")).toBe(false);
    expect(isTeam("sessions")).toBe(true);
  });
});

describe("ids from outside", () => {
  test.each(["0", "01", "-1", "1.5", "1e3", " 1", "", "1234567890"])("%j is no task id", (id) => {
    expect(TaskId.safeParse(id).success).toBe(false);
  });

  test.each(["abcdef", "abcdef.0", "abcdef.01", "abc.1", "abcdef.1.2", "-bcdef.1", "abcdef.-1"])(
    "%j is no entry id",
    (id) => {
      expect(EntryId.safeParse(id).success).toBe(false);
    },
  );

  test.each(["0.jsonl", "01.jsonl", "1.json", "1 (conflicted copy).jsonl", "1.jsonl.tmp", "a.jsonl"])(
    "H9 %j is no segment of a log",
    (name) => {
      expect(segmentNumber(name)).toBeUndefined();
    },
  );
});
