import {
  type Arbitrary,
  array,
  assert,
  boolean,
  constant,
  constantFrom,
  oneof,
  property,
  record,
} from "fast-check";
import { expect, test } from "vitest";
import { type Life, type LifeEvent, step } from "../../../src/runtime/member-life.ts";

const starting: Life = { status: "starting" };
const idle: Life = { status: "idle", failures: 0, retryInMs: null };
const working: Life = { status: "working", failures: 0 };

function after(life: Life, ...events: readonly LifeEvent[]): Life {
  return events.reduce(step, life);
}

test("a new member is idle until there is something to say to its model", () => {
  expect(after(starting, { type: "ready", unfinished: false })).toEqual(idle);
  expect(after(starting, { type: "input" })).toEqual(starting);
  expect(after(idle, { type: "input" })).toEqual(working);
});

test("A8 a conversation that waits for an answer is taken up at once", () => {
  expect(after(starting, { type: "ready", unfinished: true })).toEqual(working);
});

test("after a finished turn it rests, and failures are forgotten", () => {
  const failed = after(working, { type: "turn_ended", outcome: "unreachable" });

  expect(after(failed, { type: "retry_due" }, { type: "turn_ended", outcome: "finished" })).toEqual(idle);
});

test("I2 an unreachable model is asked again after 5, 10, 20, 40 s and then each minute", () => {
  let life: Life = working;
  const waits: (number | null)[] = [];
  for (let count = 0; count < 7; count++) {
    life = after(life, { type: "turn_ended", outcome: "unreachable" });
    if (life.status === "idle") waits.push(life.retryInMs);
    life = after(life, { type: "retry_due" });
  }

  expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
});

test("I11 a refused key is not tried again by itself", () => {
  const refused = after(working, { type: "turn_ended", outcome: "refused" });

  expect(refused).toEqual({ status: "idle", failures: 1, retryInMs: null });
  expect(after(refused, { type: "input" })).toEqual({ status: "working", failures: 1 });
});

test("a stop waits for the turn, and a second one cuts it off", () => {
  const asked = after(working, { type: "stop", hard: false, why: "asked" });
  const hard = after(asked, { type: "stop", hard: true, why: "asked" });

  expect(asked).toEqual({ status: "stopping", hard: false, why: "asked" });
  expect(hard).toEqual({ status: "stopping", hard: true, why: "asked" });
  expect(after(hard, { type: "turn_ended", outcome: "finished" })).toEqual({
    status: "stopped",
    why: "asked",
  });
});

test("whoever does nothing stops at once", () => {
  const stop: LifeEvent = { type: "stop", hard: false, why: "asked" };

  expect(step(starting, stop)).toEqual({ status: "stopped", why: "asked" });
  expect(step(idle, stop)).toEqual({ status: "stopped", why: "asked" });
});

test("F1 a team that goes away during a stop is gone, and does not come back", () => {
  const life = after(
    working,
    { type: "stop", hard: false, why: "asked" },
    { type: "stop", hard: true, why: "gone" },
    { type: "stop", hard: false, why: "asked" },
  );

  expect(life).toEqual({ status: "stopping", hard: true, why: "gone" });
});

const anyEvent: Arbitrary<LifeEvent> = oneof(
  record({ type: constant("ready" as const), unfinished: boolean() }),
  constant({ type: "input" as const }),
  constant({ type: "retry_due" as const }),
  record({
    type: constant("turn_ended" as const),
    outcome: constantFrom("finished" as const, "unreachable" as const, "refused" as const),
  }),
  record({
    type: constant("stop" as const),
    hard: boolean(),
    why: constantFrom("asked" as const, "gone" as const, "displaced" as const),
  }),
);

function isOver({ status }: Life): boolean {
  return status === "stopping" || status === "stopped";
}

test("after a stop no event leads back to work", () => {
  const later = array(anyEvent, { maxLength: 20 });
  const stop: LifeEvent = { type: "stop", hard: false, why: "asked" };

  expect(() =>
    assert(property(later, later, (before, then) => isOver(after(starting, ...before, stop, ...then)))),
  ).not.toThrow();
});

test("an interrupted turn ends at once, and then only news wakes the member", () => {
  const cut = after(working, { type: "interrupt" });
  const rested = after(cut, { type: "turn_ended", outcome: "cut" });

  expect(cut).toEqual({ status: "working", failures: 0, interrupted: true });
  expect(rested).toEqual({ ...idle, quiet: true });
  expect(after(rested, { type: "input" }, { type: "turn_ended", outcome: "finished" })).toEqual(idle);
  expect(after(idle, { type: "interrupt" })).toEqual(idle);
});

test("a paused member rests behind its tool call and goes on with the same turn", () => {
  const paused = after(working, { type: "pause" }, { type: "turn_ended", outcome: "cut" });

  expect(paused).toEqual({ status: "paused", owed: true });
  expect(after(paused, { type: "input" }, { type: "retry_due" })).toEqual(paused);
  expect(after(paused, { type: "resume" })).toEqual(working);
  expect(after(idle, { type: "pause" }, { type: "resume" })).toEqual(idle);
});

test("a pause that is taken back before the turn came to it costs nothing", () => {
  const resumed = after(working, { type: "pause" }, { type: "resume" });

  expect(after(resumed, { type: "turn_ended", outcome: "cut" })).toEqual(working);
});

test("a member that was paused in a former life does not begin", () => {
  expect(after(starting, { type: "ready", unfinished: true, paused: true })).toEqual({
    status: "paused",
    owed: true,
  });
});

test("a turn that is interrupted and paused is not gone on with at the resume", () => {
  const both = after(working, { type: "pause" }, { type: "interrupt" });

  expect(after(both, { type: "turn_ended", outcome: "cut" })).toEqual({ status: "paused", owed: false });
});

test("whoever is paused can be stopped", () => {
  expect(after({ status: "paused", owed: true }, { type: "stop", hard: false, why: "asked" })).toEqual({
    status: "stopped",
    why: "asked",
  });
});
