import { expect, test } from "vitest";
import { MemberName, Party } from "../../../src/protocol/names.ts";
import { openStormNews } from "../../../src/runtime/storm-news.ts";
import { readMailbox } from "../../../src/team/mail.ts";
import type { Team } from "../../../src/team/team.ts";
import { containing } from "../../support/member-matchers.ts";
import { memoryTeam } from "../../support/member-memory.ts";
import { NOON, timedView } from "../../support/timed-team.ts";

const fail = (error: unknown): never => {
  throw error;
};

async function mailOf(team: Team, name: string): Promise<readonly unknown[]> {
  return (await readMailbox(team, Party.parse(name))).map(({ message: { from, kind, text } }) => [
    from,
    kind,
    text,
  ]);
}

test("K1 the lead hears of a refused message once an hour for each limit", async () => {
  const { disk } = await memoryTeam(["lead", "ada", "bob"]);
  const clock = { now: NOON };
  const team = await timedView(disk, "adas-own", clock);
  const news = openStormNews(team, MemberName.parse("ada"), fail);
  const pair = { kind: "too_many", what: "pair", limit: 10, to: ["bob"], againInMs: 1 } as const;

  await news.refused(pair);
  await news.refused(pair);
  await news.refused({ kind: "too_many", what: "hops", limit: 8 });
  clock.now += 3_600_000;
  await news.refused(pair);

  const often = [
    "ada",
    "system",
    containing("A message of ada was refused: bob had 10 messages within a minute"),
  ];
  const long = ["ada", "system", containing("refused: this answers an answer, 8 times over")];
  expect(await mailOf(team, "lead")).toEqual([often, long, often]);
  expect(await mailOf(team, "user")).toEqual([]);
});

test("what is the lead's own is told to the user, and so is all of a team without a lead", async () => {
  for (const members of [["lead", "ada"], ["ada"]]) {
    const { disk } = await memoryTeam(members);
    const team = await timedView(disk, "own-view", { now: NOON });
    const name = members[0] ?? "";
    const news = openStormNews(team, MemberName.parse(name), fail);

    await news.refused({ kind: "too_many", what: "broadcast", limit: 1, to: ["ada"] });

    expect(await mailOf(team, "user")).toEqual([[name, "system", containing("has not reached ada yet")]]);
  }
});

test("M19 whose messages wait is told once for each of them", async () => {
  const { disk } = await memoryTeam(["lead", "ada", "bob"]);
  const team = await timedView(disk, "bobs-own", { now: NOON });
  const news = openStormNews(team, MemberName.parse("bob"), fail);

  await news.held([]);
  await news.held([{ from: "ada", dueInMs: 1 }]);
  await news.held([{ from: "ada", dueInMs: 1 }]);

  expect(await mailOf(team, "lead")).toEqual([
    ["bob", "system", containing("ada writes more to bob than 10 messages a minute")],
  ]);
});
