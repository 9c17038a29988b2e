import { expect, test } from "vitest";
import { brokenIn } from "../../support/explore/explore.ts";
import { scenarioNamed } from "../../support/explore/scenarios.ts";

/** Every schedule of these runs through; on a loaded machine that takes its time. */
const LONG = 300_000;

test(
  "A2, A8 two send while the third receives: each message once, in the order of the mailbox",
  async () => {
    expect(await brokenIn(scenarioNamed("mail"))).toBeUndefined();
  },
  LONG,
);

test(
  "A1, A2 two send the first message, which makes the mailbox, while its owner looks for it",
  async () => {
    // With a crash of the owner as well: in the long run.
    expect(await brokenIn({ ...scenarioNamed("first-mail"), crashes: [0] })).toBeUndefined();
  },
  LONG,
);

test(
  "C8, M2, M4 a message whose write was cut short or not answered is delivered once",
  async () => {
    // With a crash as well: in the long run.
    expect(await brokenIn({ ...scenarioNamed("retry-mail"), crashes: [] })).toBeUndefined();
  },
  LONG,
);

test(
  "M7 a read segment is removed under a sleeping writer and a slow reader: the message stands in the next one, the reader goes on at the lowest",
  async () => {
    expect(await brokenIn(scenarioNamed("removal"))).toBeUndefined();
  },
  LONG,
);

test(
  "M7 mail behind removed segments is seen by the owner's next life and whoever comes later",
  async () => {
    expect(await brokenIn(scenarioNamed("gone-two"))).toBeUndefined();
  },
  LONG,
);
