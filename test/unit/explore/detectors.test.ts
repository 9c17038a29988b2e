import { expect, test } from "vitest";
import { brokenIn } from "../../support/explore/explore.ts";
import { HONEST, KNOWN_BAD } from "../../support/explore/known-bad.ts";
import { scenarioNamed } from "../../support/explore/scenarios.ts";

const LONG = 300_000;

test.each(KNOWN_BAD)(
  "the explorer reports: %s",
  async (_what, report, scenario) => {
    expect(await brokenIn(scenario)).toMatch(report);
  },
  LONG,
);

test(
  "the scenarios that the known-bad ones are made of hold when nothing lies",
  async () => {
    for (const scenario of HONEST) expect(await brokenIn(scenario)).toBeUndefined();
  },
  LONG,
);

test(
  "M18 a lock that looks stale while its owner writes lets two appends land on one another, and the explorer says so",
  async () => {
    expect(await brokenIn(scenarioNamed("stale-lock"))).toMatch(/^invariant [14]:/);
  },
  LONG,
);
