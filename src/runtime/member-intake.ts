import type { UserInput } from "../agent/loop-deps.ts";
import type { Message } from "../protocol/message.ts";
import { type EntryId, type MemberName, sameName, type TaskId } from "../protocol/names.ts";
import { type Mailbox, messageText } from "../team/mail.ts";
import { type Sender, senderOf } from "../team/provenance.ts";
import type { Folded, Team } from "../team/team.ts";
import { lostInput, MAIL_CHARACTERS, mailInput, urgentFirst } from "./inputs.ts";
import { leadNotices } from "./member-notices.ts";
import type { SendLimits } from "./send-limits.ts";
import type { StormNews } from "./storm-news.ts";

/** About 50,000 tokens: mail that piled up must leave room in the model's context. */
const TAKEN_CHARACTERS = 200_000;

/** What is new for the model, each thing once. */
export interface Intake {
  /** Lost claims, mail, and for the lead what the fold says. [] = nothing new. What it answers is handed out. */
  readonly take: () => Promise<readonly UserInput[]>;
  /** Hands out an input that somebody else made, unless its id was seen before. */
  readonly offer: (input: UserInput | undefined) => readonly UserInput[];
  /** Enters with whatever comes next, and is no reason to wake the model. */
  readonly keep: (input: UserInput) => void;
  /** Whether an input of this id is in the conversation or on its way there. */
  readonly isKnown: (id: string) => boolean;
  /** These inputs stand in the transcript: the cursor's `delivered` moves. */
  readonly recorded: (ids: readonly string[]) => Promise<void>;
  /** The model call that carried these inputs was accepted: the cursor's `read` moves. */
  readonly read: (ids: readonly string[]) => Promise<void>;
  /** The turn broke off: what was handed out and not recorded comes again. */
  readonly putBack: () => void;
  readonly close: () => void;
}

export interface IntakeDeps {
  readonly team: Team;
  readonly me: MemberName;
  readonly lead: boolean;
  readonly mailbox: Mailbox;
  /** Ids of all inputs in the transcript. */
  readonly seen: ReadonlySet<string>;
  /** Hear of the mail that enters, and of what must wait. */
  readonly limits?: Pick<SendLimits, "took">;
  readonly storms?: Pick<StormNews, "held">;
  /** An answer follows the last of them: the model has read them all. */
  readonly isAnswered?: boolean;
}

export function openIntake(deps: IntakeDeps): Intake {
  const { team, me, lead, mailbox, seen, isAnswered = false, limits, storms } = deps;
  const known = new Set(seen);
  const supply = openSupply(mailbox, isAnswered);
  /** Handed out, not yet recorded. */
  const out = new Map<string, UserInput>();
  /** Messages on their way from the mailbox to `read`, in its order. */
  const mail = new Map<string, Message>();
  let waiting: readonly UserInput[] = [];
  const kept: UserInput[] = [];
  const lost = watchClaims(team, me);

  const handOut = (inputs: readonly UserInput[]): readonly UserInput[] => {
    const fresh = inputs.filter(({ id }) => !known.has(id));
    for (const input of fresh) {
      known.add(input.id);
      out.set(input.id, input);
    }
    return fresh;
  };
  /** What was kept goes along with whatever comes next. */
  const withKept = (inputs: readonly UserInput[]): readonly UserInput[] =>
    inputs.length === 0 ? inputs : [...handOut(kept.splice(0)), ...inputs];
  return {
    take: async () => {
      const next = await supply.look();
      for (const message of next) mail.set(message.id, message);
      // A side file that cannot be read now is read at the next call: until then nothing is taken away.
      const written = await letters(team, next);
      supply.drop(next.length);
      limits?.took(next);
      await storms?.held(mailbox.held());
      const fresh = [
        ...waiting,
        ...lost.take(),
        ...written,
        ...(lead ? leadNotices(team.state(), team.host.newId) : []),
      ];
      waiting = [];
      return withKept(handOut(fresh));
    },
    offer: (input) => (input === undefined ? [] : withKept(handOut([input]))),
    keep: (input) => {
      kept.push(input);
    },
    isKnown: (id) => known.has(id),
    recorded: async (ids) => {
      for (const id of ids) out.delete(id);
      const last = lastOf(mail, ids);
      if (last !== undefined) await mailbox.delivered(last);
    },
    read: async (ids) => {
      const last = lastOf(mail, ids);
      for (const id of ids) mail.delete(id);
      if (last !== undefined) await mailbox.read(last);
      // A former life took them from the mailbox: everything delivered so far was in front of this call.
      else if (ids.some((id) => seen.has(id))) await mailbox.read();
    },
    putBack: () => {
      waiting = [...out.values(), ...waiting];
      for (const id of out.keys()) known.delete(id);
      out.clear();
    },
    close: lost.close,
  };
}

/** The mailbox in parts. */
interface Supply {
  /** The next part; the same again until it is dropped. */
  readonly look: () => Promise<readonly Message[]>;
  readonly drop: (count: number) => void;
}

/** A former life may have been killed between an answer and its cursor: what it had answered is read. */
function openSupply(mailbox: Mailbox, isAnswered: boolean): Supply {
  let isBehind = isAnswered;
  let held: readonly Message[] = [];
  return {
    look: async () => {
      // A chunk at a time: whoever comes back to a mailbox of megabytes neither holds nor sends it all at once.
      if (held.length === 0) held = await mailbox.take(1);
      if (isBehind) await mailbox.read();
      isBehind = false;
      return firstOf(held);
    },
    drop: (count) => {
      held = held.slice(count);
    },
  };
}

/** The cursor is one position: the last of these messages, in the order of the mailbox, stands for all of them. */
function lastOf(mail: ReadonlyMap<string, Message>, ids: readonly string[]): Message | undefined {
  return [...mail.values()].findLast(({ id }) => ids.includes(id));
}

/**
 * As many of the oldest as one request should carry; the others come with the next. In the order of the mailbox, because
 * the cursor is one position: an urgent one from behind would take with it what was not handed out yet.
 */
function firstOf(messages: readonly Message[]): readonly Message[] {
  let characters = 0;
  const end = messages.findIndex(({ text }) => {
    characters += Math.min(text?.length ?? MAIL_CHARACTERS, MAIL_CHARACTERS);
    return characters > TAKEN_CHARACTERS;
  });
  return end === -1 ? messages : messages.slice(0, Math.max(1, end));
}

/** The messages as inputs, the urgent ones first. */
async function letters(team: Team, messages: readonly Message[]): Promise<readonly UserInput[]> {
  const senders = await sendersOf(team, messages);
  return Promise.all(
    urgentFirst(messages).map(async (message) =>
      mailInput(message, await messageText(team, message), team.host.newId(), senders(message)),
    ),
  );
}

/** A process that has just begun may write before its beginning was read here: then the journal is asked once more. */
async function sendersOf(team: Team, messages: readonly Message[]): Promise<(message: Message) => Sender> {
  const isDoubtful = messages.some((message) => senderOf(team.state(), message) === "unverified");
  const state = isDoubtful ? await team.readOn() : team.state();
  return (message) => senderOf(state, message);
}

/** Notices when a claim of `me` ends by somebody else's entry. */
function watchClaims(
  team: Team,
  me: MemberName,
): { readonly take: () => readonly UserInput[]; readonly close: () => void } {
  const mine = new Map<TaskId, EntryId>();
  let lost: readonly UserInput[] = [];
  for (const id of team.index.owned(me)) {
    const claim = team.state().tasks.get(id)?.claim;
    if (claim !== undefined) mine.set(id, claim);
  }
  const close = team.subscribe(({ entry, verdict }: Folded) => {
    if (!verdict.ok) return;
    for (const task of verdict.change.tasks ?? []) {
      const claim = mine.get(task.id);
      if (claim !== undefined && task.claim !== claim) {
        mine.delete(task.id);
        if (!sameName(entry.by, me)) lost = [...lost, lostInput(task, claim)];
      }
      if (task.claim !== undefined && task.owner !== undefined && sameName(task.owner, me))
        mine.set(task.id, task.claim);
    }
  });
  return {
    close,
    take: () => {
      const taken = lost;
      lost = [];
      return taken;
    },
  };
}
