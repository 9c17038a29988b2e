import type { Turn, TurnEnd, UserInput } from "../agent/loop-deps.ts";
import type { MemberHooks } from "./member-hooks.ts";
import type { Intake } from "./member-intake.ts";

/** The door between what has come in and the model: hooks look at it. The cursor passes what they refuse. */
export interface Admission {
  /** A turn begins with these. */
  readonly begin: (inputs: readonly UserInput[], now: Now) => Promise<readonly UserInput[]>;
  /** What is new; [] = nothing. */
  readonly next: (now: Now) => Promise<readonly UserInput[]>;
  /** It stands in the transcript. */
  readonly recorded: (turn: Turn) => Promise<void>;
  /** The model call that carried these inputs was accepted. */
  readonly read: (ids: readonly string[]) => Promise<void>;
  readonly ended: (end: TurnEnd, signal: AbortSignal) => Promise<void>;
  /** The turn broke off: what was handed out and not recorded comes again, and is judged again. */
  readonly putBack: () => void;
}

interface Now {
  readonly signal: AbortSignal;
  /** The model has not answered all that it was told so far. */
  readonly isUnanswered: boolean;
}

export interface AdmissionDeps {
  readonly intake: Pick<Intake, "take" | "offer" | "recorded" | "read" | "putBack">;
  readonly hooks: Pick<MemberHooks, "asker" | "admit" | "turns" | "takeWoken">;
  /** What the model should know besides; it is not put before the hooks. */
  readonly news: () => Promise<readonly UserInput[]>;
  /** Hears of everything that goes to the model from here. */
  readonly handedOut: (inputs: readonly UserInput[]) => void;
}

export function openAdmission({ intake, hooks, news, handedOut }: AdmissionDeps): Admission {
  const { asker, turns } = hooks;
  /** Refused beside others that were not, and recorded and read together with them: a cursor is one position. */
  let unrecorded: readonly string[] = [];
  let unread: readonly string[] = [];

  const recorded = async (ids: readonly string[]): Promise<void> => {
    const passed = unrecorded;
    unrecorded = [];
    unread = [...unread, ...passed];
    await intake.recorded([...ids, ...passed]);
  };
  const read = async (ids: readonly string[]): Promise<void> => {
    const passed = unread;
    unread = [];
    await intake.read([...ids, ...passed]);
  };
  const admit = async (
    inputs: readonly UserInput[],
    { signal, isUnanswered }: Now,
  ): Promise<readonly UserInput[]> => {
    const admitted = await hooks.admit(inputs, signal);
    unrecorded = [...unrecorded, ...admitted.refused];
    handedOut(admitted.inputs);
    if (admitted.refused.length === 0 || admitted.inputs.length > 0) return admitted.inputs;
    await recorded([]);
    if (!isUnanswered) await read([]);
    return [];
  };
  return {
    begin: async (inputs, now) => {
      await asker.refresh();
      asker.promptBegins();
      turns.begins(inputs);
      return admit(inputs, now);
    },
    next: async (now) => {
      const taken = [...hooks.takeWoken(), ...(await intake.take())];
      // News are no reason for a model call: they come along with one that is made anyway.
      if (taken.length === 0 && !now.isUnanswered) return [];
      const told = (await news()).flatMap(intake.offer);
      return [...told, ...(await admit(taken, now))];
    },
    recorded: (turn) => {
      asker.transcript.add(turn);
      return recorded(turn.inputs);
    },
    read,
    ended: turns.ended,
    putBack: () => {
      unrecorded = [];
      intake.putBack();
    },
  };
}
