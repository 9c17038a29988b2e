import { createConversation } from "../agent/conversation.ts";
import type { AgentEvent } from "../agent/events.ts";
import { loop } from "../agent/loop.ts";
import type { LoopDeps, Model, TurnEnd, UserInput } from "../agent/loop-deps.ts";
import type { Tool } from "../agent/tool.ts";
import type { Usage } from "../protocol/files.ts";
import type { MemberName } from "../protocol/names.ts";
import type { Team } from "../team/team.ts";
import { addUsage, NO_USAGE } from "./cost.ts";
import type { EventLog } from "./event-log.ts";
import { decide, type Permissions } from "./gate.ts";
import type { LifeControl } from "./member-control.ts";
import type { Intake } from "./member-intake.ts";
import type { OwnPresence } from "./member-presence.ts";
import { callCost } from "./prices.ts";
import { openTranscript, type Transcript } from "./transcript.ts";

/** One member's conversation with its model, kept on disk. */
export interface MemberAgent {
  /** One turn from these inputs on; also with none, when the conversation waits for an answer. Throws what the disk throws. */
  readonly run: (inputs: readonly UserInput[]) => Promise<TurnEnd>;
  /** The conversation ends with something that the model has not answered. */
  readonly isUnanswered: () => boolean;
  /** Whether the last turn sent a message. */
  readonly hasAsked: () => boolean;
}

export interface MemberAgentDeps {
  readonly team: Team;
  readonly me: MemberName;
  readonly model: Model;
  readonly system: string;
  readonly tools: readonly Tool[];
  readonly permissions: Permissions;
  readonly transcript: Transcript;
  readonly intake: Intake;
  readonly events: EventLog;
  readonly presence: OwnPresence;
  readonly control: LifeControl;
  /** A cursor that cannot be moved costs a second delivery, no turn. */
  readonly onTrouble: (error: unknown) => void;
}

export function openMemberAgent(deps: MemberAgentDeps): MemberAgent {
  const { team, me, intake, transcript, control } = deps;
  let conversation = createConversation(transcript.turns);
  let asked = false;
  let usage: Usage = NO_USAGE;
  let moving: Promise<void> = Promise.resolve();

  const count = (event: Extract<AgentEvent, { type: "usage" }>): void => {
    const call = { ...event.usage, costUsd: callCost(event.model, event.usage) };
    usage = addUsage(usage, call);
    const used = call.input + call.cacheRead + call.cacheWrite + call.output;
    const [task = null] = team.index.owned(me);
    deps.presence.show({ usage, task, context: { used, max: null } });
  };
  const emit = (event: AgentEvent): void => {
    const [task = null] = team.index.owned(me);
    deps.events.emit(event, task);
    if (event.type === "usage") count(event);
    else if (event.type === "tool_started") control.toolStarted();
    else if (event.type === "tool_ended") {
      control.toolEnded();
      asked ||= event.name === "SendMessage" && !event.isError;
    } else if (event.type === "read")
      // One after another: the cursor only goes forward.
      moving = moving.then(() => intake.read(event.inputs)).catch(deps.onTrouble);
  };
  const loopDeps: LoopDeps = {
    model: deps.model,
    system: deps.system,
    tools: deps.tools,
    gate: (call) => Promise.resolve(decide(deps.permissions, call)),
    nextInput: async () => {
      await team.readOn();
      return await intake.take();
    },
    record: async (turn) => {
      await transcript.record(turn, new Date(team.host.now()).toISOString());
      await intake.recorded(turn.inputs);
    },
    emit,
    isStopping: control.isStopping,
  };

  const reload = async (): Promise<void> => {
    conversation = createConversation((await openTranscript(team.store, me, team.nextId)).turns);
  };

  return {
    run: async (inputs) => {
      asked = false;
      let isWhole = false;
      try {
        const end = await loop(loopDeps, conversation, inputs, control.turn);
        isWhole = true;
        return end;
      } finally {
        intake.putBack();
        await moving;
        await deps.events.flush();
        // What could not be recorded is not in the transcript: the next turn begins from what is.
        if (!isWhole) await reload();
      }
    },
    isUnanswered: () => conversation.messages().at(-1)?.role === "user",
    hasAsked: () => asked,
  };
}
