import { FORMAT_VERSION } from "../../../src/protocol/entries.ts";
import { MemberName } from "../../../src/protocol/names.ts";
import { sendMessage } from "../../../src/team/mail.ts";
import { claimTask, completeTask, releaseTask } from "../../../src/team/tasks.ts";
import { aheadOfTheLog } from "./ahead-of-the-log.ts";
import { notes, ONE, oneTask, readsOn, same, winners } from "./bodies.ts";
import * as lies from "./lies.ts";
import { type Actor, isTrouble, type Scenario } from "./scenario.ts";
import { scenarioNamed } from "./scenarios.ts";
import * as twists from "./twists.ts";

/** Two send to bob, whose mailbox is there. */
const mailing: Scenario = {
  name: "mailing",
  setup: async (team) => {
    await sendMessage(team, "user", { to: ["bob"], text: "the first" });
  },
  processes: same(async ({ team, name }) => {
    await sendMessage(team, name, { to: ["bob"], text: `from ${name}` });
  }, 2),
};
const ada = MemberName.parse("ada");

/** One life of ada completes the task that was taken from it, and that another life of hers has claimed since. */
const twoLives: Scenario = {
  name: "two lives",
  setup: async (team) => {
    await oneTask(team);
    await claimTask(team, ada, ONE);
  },
  processes: [
    async ({ team }) => {
      await completeTask(team, ada, ONE);
    },
    async ({ team }) => {
      await releaseTask(team, "user", ONE);
      await claimTask(team, ada, ONE);
    },
  ],
  crashes: [],
};
const noting: Scenario = { name: "noting", setup: oneTask, processes: same(notes, 2) };

/** Says "won" as soon as the claim is written. */
async function claimsUnread({ team, name, note }: Actor): Promise<void> {
  if (team.state().tasks.get(ONE)?.owner !== undefined) return;
  const at = "2026-11-20T12:00:00.000Z";
  await team.store.journal.append({
    op: "claim",
    v: FORMAT_VERSION,
    id: team.nextId(),
    at,
    by: name,
    task: ONE,
  });
  note("won 1");
}

/** Its line is torn for everybody who looks closely: it hears that it does not count. */
async function notesSomehow(actor: Actor): Promise<void> {
  try {
    await notes(actor);
  } catch (error) {
    if (!isTrouble(error)) throw error;
  }
}

/** What is wrong, how the explorer names it, and a scenario in which it is so. */
export const KNOWN_BAD: readonly (readonly [what: string, report: RegExp, scenario: Scenario])[] = [
  ["append without O_APPEND", /^invariant [14]:/, { ...mailing, lie: lies.atSizeLastSeen }],
  ["append that answers ok and does nothing", /^invariant [19]:/, { ...mailing, lie: lies.appendsNothing }],
  [
    "short write continued with the rest",
    /^invariant [17]:/,
    { ...mailing, crashes: [], faults: [0], lie: lies.continuesShortWrites },
  ],
  ["line without its leading newline", /^invariant 1:/, { ...mailing, lie: lies.leavesOutTheLeadingNewline }],
  [
    "reader that believes a line without its newline",
    /^invariant [49]:|^stuck/,
    { ...noting, crashes: [], faults: [1], lie: lies.onlyFirst(lies.endsEveryLine) },
  ],
  [
    "reader that believes a line without its checksum",
    /^invariant [14]:/,
    {
      ...noting,
      processes: [readsOn, notesSomehow],
      twist: twists.believesTornLines,
      lie: (fs, process) => (process.index === 1 ? lies.misspells(fs) : fs),
    },
  ],
  ["reader that skips a line once", /^invariant 4:/, { ...noting, lie: lies.skipsOneLine() }],
  [
    "commit that says won without reading back",
    /^invariant 4: two winners/,
    { name: "naive", setup: oneTask, processes: same(claimsUnread, 2), check: winners },
  ],
  [
    "fold without the fencing token",
    /^invariant [456]:/,
    { ...twoLives, twist: (store, index) => twists.reading(twists.withoutFencing(), store, index) },
  ],
  [
    "fold without seen ids",
    /^invariant 4:/,
    {
      ...noting,
      crashes: [],
      faults: [0],
      twist: (store, index) => twists.reading(twists.withoutSeenIds(), store, index),
    },
  ],
  [
    "seal ignored by one process",
    /^invariant [14]:|^stuck/,
    {
      ...scenarioNamed("seal-two"),
      // Who lies is nobody's twin.
      twins: [],
      lie: lies.onlyFirst(lies.blanks((line) => line.includes('"op":"seal"'))),
    },
  ],
  [
    "next segment made behind the seal",
    /^invariant [19]:|^stuck/,
    { ...scenarioNamed("seal-two"), lie: lies.sealsFirst },
  ],
  [
    "snapshot taken without its checks",
    /^invariant 4:/,
    { ...aheadOfTheLog, twist: twists.believesAnySnapshot },
  ],
  [
    "rename that is a copy",
    /^invariant 7:/,
    { ...scenarioNamed("snapshot"), lie: lies.copiesInsteadOfRenaming },
  ],
  ["unlink that does nothing", /^invariant 8:/, { ...scenarioNamed("found"), lie: lies.removesNothing }],
];

/** What the known-bad ones are made of: it holds when nothing lies. */
export const HONEST: readonly Scenario[] = [mailing, noting, twoLives, aheadOfTheLog];
