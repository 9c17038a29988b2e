import type { Entry } from "../../src/protocol/entries.ts";
import type { Message } from "../../src/protocol/message.ts";
import { MemberName, type Party } from "../../src/protocol/names.ts";
import { openTranscript } from "../../src/runtime/transcript.ts";
import { openFold } from "../../src/team/fold.ts";
import { messageText, openMailbox, sendMessage } from "../../src/team/mail.ts";
import { stateHash } from "../../src/team/state-hash.ts";
import { claimTask, completeTask, createTask } from "../../src/team/tasks.ts";
import type { Team } from "../../src/team/team.ts";
import type { Found, PowerCase } from "./power-case.ts";
import { canonical, type Written } from "./power-written.ts";
import { readAll } from "./store-entries.ts";

/** Reads everything of a team that was just started, and works on. */
export async function look(one: PowerCase, written: Written, team: Team): Promise<Found> {
  const violations: string[] = [];
  const { entries, accepted } = await folded(team);
  violations.push(
    ...believed(one, written, "journal", entries),
    ...(await sameFold(team, "after the start")),
  );

  const mail = new Set<string>();
  for (const owner of one.owners) {
    const { ids, wrong } = await mailOf(one, written, team, owner);
    for (const id of ids) mail.add(id);
    violations.push(...wrong);
  }
  violations.push(...(await newWork(team)), ...(await sameFold(team, "after new work")));
  return { violations, team: { accepted, mail } };
}

/** Nothing is believed that nobody wrote, and what stands is the beginning of what was written. */
function believed(
  one: PowerCase,
  { lines, order }: Written,
  log: string,
  entries: readonly (Entry | Message)[],
): string[] {
  const violations: string[] = [];
  const old = [...new Set(entries.map(({ id }) => id))].filter((id) => !id.startsWith("after"));
  for (const entry of entries) {
    if (entry.id.startsWith("after")) continue;
    if (lines.get(entry.id) !== canonical(entry))
      violations.push(`${log}: ${entry.id} is not what was written`);
  }
  const expected = order.get(log) ?? [];
  const from = Math.max(0, expected.indexOf(old[0] ?? ""));
  // A mailbox may begin later: what was read is removed.
  const beginning = expected.slice(from, from + old.length);
  if (log === "journal" && from > 0) violations.push("journal: its beginning is missing");
  if (!one.hasHoles && old.join() !== beginning.join())
    violations.push(`${log}: stands with a gap: ${old.join()} of ${expected.join()}`);
  return violations;
}

/** The whole journal, folded from its first entry. */
async function folded(team: Team): Promise<{
  readonly entries: readonly Entry[];
  readonly accepted: ReadonlySet<string>;
  readonly hash: string;
}> {
  const { entries } = await readAll(team.store.journal);
  const fold = openFold();
  const accepted = entries.filter((entry) => fold.add(entry)?.ok).map(({ id }) => id);
  return { entries, accepted: new Set(accepted), hash: stateHash(fold.state) };
}

/** Who started from the snapshot has the state of who starts from the first entry. */
export async function sameFold(team: Team, when: string): Promise<string[]> {
  const hash = stateHash(await team.readOn());
  const whole = await folded(team);
  return hash === whole.hash
    ? []
    : [`${when} a start from the snapshot differs from one from the first entry`];
}

interface Mail {
  readonly ids: ReadonlySet<string>;
  readonly wrong: readonly string[];
}

/** Reads a mailbox as its owner does: what is in the transcript was delivered, the rest comes now. */
async function mailOf(one: PowerCase, written: Written, team: Team, owner: Party): Promise<Mail> {
  const member = MemberName.safeParse(owner);
  const seen = member.success ? (await openTranscript(team, member.data)).seenMail : new Set<never>();
  const before = (await readAll(team.store.mailbox(owner))).entries;
  const mailbox = await openMailbox(team, owner, seen);
  const sent = await sendMessage(team, "system", { to: [owner], text: "after the cut" });
  const taken: Message[] = [];
  for (let more = await mailbox.take(); more.length > 0; more = await mailbox.take()) taken.push(...more);
  const last = taken.at(-1);
  if (last) await mailbox.read(last);
  const wrong = [
    ...believed(one, written, `mail/${owner}`, before),
    // Who has not joined yet cannot be written to.
    ...(!sent.ok || last?.id === sent.messages[0]?.id ? [] : [`new mail to ${owner} is not seen`]),
    ...(one.durability === "power" ? await lostTexts(one, team, taken) : []),
  ];
  return { ids: new Set([...seen, ...taken.map(({ id }) => id)]), wrong };
}

async function lostTexts({ texts }: PowerCase, team: Team, taken: readonly Message[]): Promise<string[]> {
  const lost: string[] = [];
  for (const message of taken) {
    const text = texts?.get(message.id);
    if (text !== undefined && (await messageText(team, message)) !== text)
      lost.push(`message ${message.id} has lost its text`);
  }
  return lost;
}

/** The team goes on: a task is made, claimed and completed. */
async function newWork(team: Team): Promise<string[]> {
  const made = await createTask(team, "user", { subject: "after the cut" });
  if (!made.ok) return [`no new task: ${made.reason.kind}`];
  const by = [...team.state().members.values()][0]?.name;
  if (!by) return [];
  const claimed = await claimTask(team, by, made.task.id);
  if (!claimed.ok) return [`the new task cannot be claimed: ${claimed.reason.kind}`];
  const done = await completeTask(team, by, made.task.id);
  return done.ok ? [] : [`the new task cannot be completed: ${done.reason.kind}`];
}
