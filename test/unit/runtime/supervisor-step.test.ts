import { expect, test } from "vitest";
import { InstanceId, MemberName } from "../../../src/protocol/names.ts";
import type { LifeVerdict } from "../../../src/runtime/liveness.ts";
import {
  afterDeath,
  decide,
  SUPERVISOR_LIMITS as LIMITS,
  type MemberMemory,
  newMemory,
  type SeenMember,
} from "../../../src/runtime/supervisor-step.ts";
import type { Member } from "../../../src/team/state.ts";

const NOW = 1_000_000;
const LIFE = { instance: InstanceId.parse("life01"), startedAt: "2026-11-20T12:00:00.000Z" };
const ENDED_AT = "2026-11-20T12:01:00.000Z";

function member(fields: Partial<Member> = {}): Member {
  return {
    name: MemberName.parse("bob"),
    lead: false,
    backend: "child",
    definition: {},
    joinedAt: "2026-11-20T11:00:00.000Z",
    restarts: 0,
    stopping: false,
    ...fields,
  };
}

function ended(how: "stopped" | "died" | "failed"): Partial<Member> {
  return { life: { ...LIFE, ended: { at: ENDED_AT, how } } };
}

interface Case {
  readonly what: string;
  readonly member?: Partial<Member>;
  readonly verdict?: LifeVerdict;
  readonly exit?: string;
  readonly memory?: Partial<MemberMemory>;
  readonly action: string;
}

const calm = { wanted: false };
const died3 = { deathsAt: [NOW - 200_000, NOW - 100_000, NOW - 1], ...calm };

const cases: readonly Case[] = [
  { what: "who has just joined is started", action: "start" },
  { what: "who joined by hand is nobody's to start", member: { backend: "hand" }, action: "none" },
  { what: "who left is not started", member: { left: { at: ENDED_AT } }, action: "none" },
  { what: "who died is started again", member: ended("died"), memory: calm, action: "start" },
  {
    what: "who died waits for its time",
    member: ended("died"),
    memory: { ...calm, startableAt: NOW + 1 },
    action: "none",
  },
  { what: "who ended in good order rests", member: ended("stopped"), memory: calm, action: "none" },
  { what: "who was given up rests", member: ended("failed"), memory: calm, action: "none" },
  { what: "who was given up is tried again by a new supervisor", member: ended("failed"), action: "start" },
  {
    what: "who was stopped is brought back by a new supervisor",
    member: { ...ended("stopped"), stopping: true },
    action: "start",
  },
  {
    what: "who was stopped after it died is not started",
    member: { ...ended("died"), stopping: true },
    memory: calm,
    action: "none",
  },
  { what: "who was not chosen rests", memory: newMemory(false), action: "none" },
  { what: "who lives is left alone", member: { life: LIFE }, verdict: "alive", action: "none" },
  {
    what: "B3 who is unresponsive is left alone",
    member: { life: LIFE },
    verdict: "unresponsive",
    action: "none",
  },
  {
    what: "who cannot be seen from here is left alone",
    member: { life: LIFE },
    verdict: "unknown",
    action: "none",
  },
  {
    what: "a proven death is recorded",
    member: { life: LIFE },
    verdict: "dead",
    memory: calm,
    action: "record died: its process is gone",
  },
  {
    what: "A16 an exit is recorded with its signal",
    member: { life: LIFE },
    verdict: "starting",
    exit: "killed (signal 9)",
    memory: calm,
    action: "record died: killed (signal 9)",
  },
  {
    what: "a death while it is asked to stop is its end",
    member: { life: LIFE, stopping: true },
    verdict: "dead",
    memory: calm,
    action: "record stopped: its process is gone",
  },
  {
    what: "who left and is gone has ended",
    member: { life: LIFE, left: { at: ENDED_AT } },
    verdict: "dead",
    memory: calm,
    action: "record stopped: its process is gone",
  },
  {
    what: "who is asked to stop is seen to",
    member: { life: LIFE, stopping: true },
    verdict: "alive",
    memory: calm,
    action: "stop",
  },
  {
    what: "who left and still runs is seen to",
    member: { life: LIFE, left: { at: ENDED_AT } },
    verdict: "alive",
    memory: calm,
    action: "stop",
  },
  {
    what: "the fourth death in five minutes is the last",
    member: { life: LIFE },
    verdict: "dead",
    memory: died3,
    action: "give_up: its process is gone; it died 4 times in 5 minutes and is not restarted",
  },
  {
    what: "who ends over a file that only a person can mend is given up at once",
    member: { life: LIFE },
    verdict: "stopped",
    exit: "exit code 2: error: settings.json:1 is empty (hint: write {} into it)",
    action:
      "give_up: exit code 2: error: settings.json:1 is empty (hint: write {} into it); a restart cannot help, so it waits: mend that, then troupe resume --only bob",
  },
  {
    what: "any other exit code is a death like others",
    member: { life: LIFE },
    verdict: "stopped",
    exit: "exit code 20: error: 2",
    action: "record died: exit code 20: error: 2",
  },
  {
    what: "deaths of long ago do not count",
    member: { life: LIFE },
    verdict: "dead",
    memory: { ...died3, deathsAt: [NOW - 300_000, NOW - 2, NOW - 1] },
    action: "record died: its process is gone",
  },
  {
    what: "who starts has time",
    member: { life: LIFE },
    verdict: "starting",
    memory: { ...calm, lifeSince: NOW - 29_999 },
    action: "none",
  },
  {
    what: "A10 who is not up after 30 s is given up",
    member: { life: LIFE },
    verdict: "starting",
    memory: { ...calm, lifeSince: NOW - 30_000 },
    action: "give_up: it did not come up within 30 s",
  },
];

test.each(cases)("$what", ({ member: fields, verdict = "stopped", exit, memory, action }) => {
  const seen: SeenMember = {
    member: member(fields),
    verdict,
    memory: { ...newMemory(true), ...memory },
    ...(exit === undefined ? {} : { exit }),
  };

  expect(decide([seen], NOW, LIMITS).map(inWords)).toEqual(action === "none" ? [] : [action]);
});

function inWords(action: ReturnType<typeof decide>[number]): string {
  if (action.kind === "record") return `record ${action.how}: ${action.detail}`;
  return action.kind === "give_up" ? `give_up: ${action.detail}` : action.kind;
}

test("F10 the lead is started first, and no more at once than the machine can take", () => {
  const many = Array.from({ length: 64 }, (_, index): SeenMember => {
    const name = MemberName.parse(`m${index}`);
    return { member: member({ name, lead: index === 40 }), verdict: "stopped", memory: newMemory(true) };
  });

  const first = decide(many, NOW, LIMITS).map(({ member: { name } }) => name);
  expect(first).toEqual(["m40", "m0", "m1", "m2"]);

  const three = many.map(
    (one, index): SeenMember =>
      index < 3 ? { ...one, member: { ...one.member, life: LIFE }, verdict: "starting" } : one,
  );
  expect(decide(three, NOW, LIMITS).map(({ member: { name } }) => name)).toEqual(["m40"]);
});

test("who died is recorded even when many others are starting", () => {
  const starting = Array.from(
    { length: 8 },
    (_, index): SeenMember => ({
      member: member({ name: MemberName.parse(`s${index}`), life: LIFE }),
      verdict: "starting",
      memory: { ...newMemory(false), lifeSince: NOW },
    }),
  );
  const dead: SeenMember = { member: member({ life: LIFE }), verdict: "dead", memory: newMemory(false) };

  expect(decide([...starting, dead], NOW, LIMITS).map(inWords)).toEqual(["record died: its process is gone"]);
});

test("restarts come at once, then after half a second, then after two", () => {
  const waits: number[] = [];
  let memory = newMemory(true);
  for (let at = NOW; waits.length < 4; at += 1_000) {
    memory = afterDeath(memory, at, LIMITS);
    waits.push(memory.startableAt - at);
  }

  expect(waits).toEqual([0, 500, 2_000, 2_000]);
  expect(memory.deathsAt).toHaveLength(4);
  expect(afterDeath(memory, NOW + 400_000, LIMITS).deathsAt).toEqual([NOW + 400_000]);
});
