import { expect, test } from "vitest";
import { brokenIn } from "../../support/explore/explore.ts";
import { scenarioNamed } from "../../support/explore/scenarios.ts";

/** Every schedule of these runs through; on a loaded machine that takes its time. */
const LONG = 300_000;

test(
  "A11 of three who create a task at once each makes one, under a number of its own, and whoever dies harms nobody",
  async () => {
    expect(await brokenIn(scenarioNamed("create"))).toBeUndefined();
  },
  LONG,
);

test(
  "A5, M12 of three who claim one task one has it, however long they sleep in front of the read-back",
  async () => {
    expect(await brokenIn(scenarioNamed("claim"))).toBeUndefined();
  },
  LONG,
);

test(
  "B1, M13 complete, release and rescue of one claim: whichever stands first counts, the others are void",
  async () => {
    expect(await brokenIn(scenarioNamed("handover"))).toBeUndefined();
  },
  LONG,
);

test(
  "F5 of three who join under one name one is in",
  async () => {
    expect(await brokenIn(scenarioNamed("join"))).toBeUndefined();
  },
  LONG,
);

test(
  "A17, F3 of three supervisors one has the lease, and another one when it dies",
  async () => {
    expect(await brokenIn(scenarioNamed("lease"))).toBeUndefined();
  },
  LONG,
);

test(
  "A5 three open the team and claim its one task",
  async () => {
    expect(await brokenIn(scenarioNamed("open"))).toBeUndefined();
  },
  LONG,
);

test(
  "of three who create a team of one name one has it, and it is whole",
  async () => {
    expect(await brokenIn(scenarioNamed("found"))).toBeUndefined();
  },
  LONG,
);
