import { expect, test } from "vitest";
import { limitsOf } from "../../../src/team/budgets.ts";
import { memberNamed } from "../../../src/team/derive.ts";
import type { TeamState } from "../../../src/team/state.ts";
import { ada, bob, instance, openDesk, reasonOf } from "../../support/team-entries.ts";

const limitsOfBob = (state: TeamState) => limitsOf(state, memberNamed(state, bob));

test("I13 what a change does not name stays, and null takes a limit away", () => {
  const { fold, must } = openDesk();

  must({ op: "budget", by: "user", usd: 5, tokens: 1000 });
  must({ op: "budget", by: "user", usd: 10, tokens: null, turns: 7 });
  must({ op: "budget", by: "user", member: bob, minutes: 2.5 });

  expect(limitsOf(fold.state)).toEqual({ usd: 10, turns: 7 });
  expect(limitsOfBob(fold.state)).toEqual({ minutes: 2.5 });
});

test("I13 a limit is the user's to say, whoever else asks", () => {
  const { fold, tell } = openDesk();

  expect(reasonOf(tell({ op: "budget", by: ada, usd: 5 }))).toMatchObject({
    kind: "not_allowed",
    who: "ada",
  });
  expect(reasonOf(tell({ op: "budget", by: "system", member: bob, usd: 5 }))).toMatchObject({
    who: "system",
  });
  expect(reasonOf(tell({ op: "budget", by: "user" }))).toEqual({ kind: "no_news", what: "budget" });
  expect(limitsOf(fold.state)).toEqual({});
});

test("I13 people are told of 80 and of 100 percent once each, and anew when the limits change", () => {
  const { tell, must } = openDesk();
  const said = (percent: 80 | 100) => tell({ op: "spending", by: bob, percent, text: "$4.02 of $5.00" }).ok;

  expect([said(80), said(80), said(100), said(80), said(100)]).toEqual([true, false, true, false, false]);
  must({ op: "budget", by: "user", usd: 10 });
  expect(said(80)).toBe(true);
});

test("I13 what a member has spent it says itself", () => {
  const { tell } = openDesk();
  const draft = { op: "spending", member: bob, percent: 80, text: "4 of 5 model calls" } as const;

  expect(reasonOf(tell({ ...draft, by: ada }))).toMatchObject({ kind: "not_allowed" });
  expect(tell({ ...draft, by: bob }).ok).toBe(true);
});

test("I13 the time between a crash and the next supervisor is no time that the team ran", () => {
  const { fold, must } = openDesk();

  must({ op: "lease", by: "system", instance: instance("one"), pid: 7 });
  const lease = fold.state.team?.lease?.id;
  must({ op: "start", by: "system", member: bob, instance: instance("bob1") });
  must({
    op: "lease",
    by: "system",
    instance: instance("two"),
    pid: 8,
    replaces: lease,
    seen: "2026-11-20T12:30:00.000Z",
  });

  const since = fold.state.team?.lease?.at;
  const stretches = [[expect.any(String), "2026-11-20T12:30:00.000Z"]];
  expect(fold.state.team?.ran).toEqual({ stretches, since });
  expect(memberNamed(fold.state, bob)?.ran).toEqual({ stretches, since });
});
