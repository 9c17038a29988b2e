import { MemberName } from "../../../src/protocol/names.ts";
import { openMailbox, readMailbox, sendMessage } from "../../../src/team/mail.ts";
import type { SimDisk } from "../sim-disk.ts";
import { orHearsWhy } from "./bodies.ts";
import { type Actor, type End, PATHS, type Scenario } from "./scenario.ts";

const bob = MemberName.parse("bob");
const DAY_MS = 24 * 60 * 60 * 1000;

export const MAIL: readonly Scenario[] = [
  {
    name: "mail",
    setup: async (team) => {
      await sendMessage(team, "user", { to: ["bob"], text: "the first" });
    },
    ignoresSize: true,
    processes: [sends, receives, sends],
    twins: [0, 2],
    check: mailIsWhole,
  },
  {
    name: "first-mail",
    ignoresSize: true,
    processes: [sends, receives, sends],
    twins: [0, 2],
    check: mailIsWhole,
  },
  {
    name: "removal",
    options: { mailSealBytes: 150 },
    before: twoSegments,
    processes: [receives, sends, looksThrough],
  },
  {
    name: "removal-sender",
    options: { mailSealBytes: 300 },
    before: twoSleepers,
    processes: [receives, sends, sends],
    twins: [1, 2],
  },
  {
    name: "gone",
    options: { mailSealBytes: 150 },
    byStates: true,
    before: removedSegments,
    processes: [receives, sends, looksThrough],
    check: mailIsSeen,
  },
  {
    name: "gone-two",
    options: { mailSealBytes: 150 },
    before: removedSegments,
    processes: [receives, sends],
    check: mailIsSeen,
  },
  {
    name: "retry-mail",
    processes: [orHearsWhy(sends), receives, sends],
    setup: async (team) => {
      await sendMessage(team, "user", { to: ["bob"], text: "the first" });
    },
    faults: [0],
    crashes: [0, 1],
    check: mailIsWhole,
  },
];

async function sends({ team, name, note, index }: Actor): Promise<void> {
  const outcome = await sendMessage(team, name, { to: ["bob"], text: `Mail of ${index}` });
  note(outcome.ok ? "sent" : outcome.reason.kind);
}

/** Two looks, and the cursor behind each. */
async function receives({ team, history, index }: Actor): Promise<void> {
  const mailbox = await openMailbox(team, bob, new Set());
  const receive = history.receives(index, "mail/bob");
  for (let look = 0; look < 2; look++) {
    const messages = await mailbox.take();
    receive(messages);
    const last = messages.at(-1);
    if (!last) continue;
    await mailbox.delivered(last);
    await mailbox.read(last);
  }
}

/** What was given to bob, and what his next life gets, is the whole mailbox: nothing is lost between them. */
async function mailIsWhole({ actors }: End): Promise<string | undefined> {
  const owner = actors[1];
  if (!owner) return undefined;
  const { team, store, history } = owner;
  const rest = await (await openMailbox(team, bob, new Set())).take();
  const given = new Set([...history.received.flatMap(({ ids }) => ids), ...rest.map(({ id }) => id)]);
  const log = store.mailbox(bob);
  const { entries } = await log.read(await log.start());
  const lost = entries.find(({ entry }) => !given.has(entry.id));
  return lost && `invariant 3: ${lost.entry.id} stands in the mailbox and is passed over`;
}

/** Mail in two segments: the first one a day old, and still open in the writer, who has slept since. */
async function twoSegments([owner, writer]: readonly Actor[], disk: SimDisk): Promise<void> {
  await writer?.team.post({ from: "user", to: bob, kind: "text", text: "one" });
  await owner?.team.post({ from: "user", to: bob, kind: "text", text: "two, which fills the segment" });
  disk.passTime(DAY_MS + 1);
}

/** The same with two writers who have slept since. */
async function twoSleepers([owner, ...writers]: readonly Actor[], disk: SimDisk): Promise<void> {
  for (const { team } of [...writers, ...(owner ? [owner] : [])])
    await team.post({ from: "user", to: bob, kind: "text", text: "one" });
  disk.passTime(DAY_MS + 1);
}

/** A mailbox whose two oldest segments were read and removed long ago. */
async function removedSegments(actors: readonly Actor[], disk: SimDisk): Promise<void> {
  const [owner, writer] = actors;
  if (!owner || !writer) return;
  const post = (text: string): Promise<unknown> =>
    writer.team.post({ from: "user", to: bob, kind: "text", text });
  for (const text of ["one, which fills the segment", "two, which fills the segment"]) await post(text);
  const mailbox = await openMailbox(owner.team, bob, new Set());
  owner.history.receives(0, "mail/bob")(await mailbox.take());
  disk.passTime(DAY_MS + 1);
  await mailbox.read(undefined);
  await post("three");
  owner.history.receives(0, "mail/bob")(await mailbox.take());
}

/** Whoever comes later sees all that stands there, from the lowest segment on. */
async function mailIsSeen({ actors, disk }: End): Promise<string | undefined> {
  const [owner] = actors;
  const found = owner ? await readMailbox(owner.team, bob) : [];
  const standing = disk.paths(PATHS.mailbox(bob)).flatMap((path) => {
    const text = disk.content(path)?.toString() ?? "";
    // What has no newline behind it is not there yet.
    return text.slice(0, text.lastIndexOf("\n")).match(/"id":"process-[^"]+(?=.*"kind".*"c":)/g) ?? [];
  });
  return found.length === new Set(standing).size
    ? undefined
    : `invariant 3: ${standing.length} messages stand in the mailbox, ${found.length} are seen`;
}

/** The mailbox as a screen shows it. */
async function looksThrough({ team, note }: Actor): Promise<void> {
  const found = await readMailbox(team, bob);
  note(`sees ${found.map(({ message }) => message.text).join()}`);
}
