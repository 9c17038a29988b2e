import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { handleOf } from "../../src/team/approvals.ts";
import { type LineProcess, startLines } from "../support/line-process.ts";
import { allQuestions, asked, troupe } from "../support/member-asks.ts";
import { type MemberTeam, memberTeam } from "../support/member-team.ts";

/** A life of ada that asks for `make`. */
async function asker(members: MemberTeam, way = "live"): Promise<LineProcess> {
  const instance = await members.announce("ada");
  const program = join(import.meta.dirname, "../fixtures/asker.mjs");
  const argv = ["/usr/bin/env", "-C", members.dir, process.execPath, program, instance, way];
  const life = startLines(argv, members.envOf("ada"));
  expect(await life.next()).toBe("ASKING");
  return life;
}

const QUIET = "  ada: [{ say: Nothing. }]";

test("kill -9 between a used answer and the act: nothing was done, and the same is asked again", async () => {
  const members = await memberTeam(QUIET, { ada: {} });
  const killed = await asker(members, "die");
  await asked(members);
  expect(await troupe(members, "approve", "a_1").ended).toBe(0);
  await killed.ended;
  expect(await allQuestions(members)).toMatchObject([{ number: 1, settled: { how: "used" } }]);

  const next = await asker(members);
  expect(handleOf(await asked(members))).toBe("a_2");
  expect(existsSync(join(members.dir, "done"))).toBe(false);
  expect(await troupe(members, "approve", "a_2").ended).toBe(0);

  expect(await next.next()).toBe("allow");
  expect(readFileSync(join(members.dir, "done"), "utf8")).toBe("made\n");
});

test("two screens that answer at the same moment: one counts, the other hears who was first", async () => {
  const members = await memberTeam(QUIET, { ada: {} });
  const life = await asker(members);
  await asked(members);

  const screens = [
    troupe(members, "approve", "1", "--json"),
    troupe(members, "deny", "1", "--note", "no", "--json"),
  ];
  const exits = await Promise.all(screens.map(({ ended }) => ended));

  expect(exits.toSorted((one, other) => (one ?? 0) - (other ?? 0))).toEqual([0, 5]);
  const lost = screens[exits.indexOf(5)];
  const answered = exits[0] === 0 ? "allow" : "deny";
  expect(JSON.parse(lost?.stdout() ?? "")).toMatchObject({
    error: { code: "already_answered", details: { answer: { by: "user", verdict: answered } } },
  });
  expect(await life.next()).toBe(answered);
  expect(existsSync(join(members.dir, "done"))).toBe(answered === "allow");
});
