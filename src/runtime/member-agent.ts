import { createConversation } from "../agent/conversation.ts";
import { AGENT_TOOL, type AgentEvent, type SubagentMark } from "../agent/events.ts";
import { loop } from "../agent/loop.ts";
import type { LoopDeps, TurnEnd, UserInput } from "../agent/loop-deps.ts";
import { beginAnew, type Standing } from "./begin-anew.ts";
import type { EventLog } from "./event-log.ts";
import type { Admission } from "./member-admission.ts";
import type { LifeControl } from "./member-control.ts";
import type { MemberJob } from "./member-job.ts";
import type { UsageMeter } from "./member-presence.ts";
import type { Setup } from "./member-setup.ts";
import { openTranscript, type Transcript } from "./transcript.ts";

/** One member's conversation with its model, kept on disk. */
export interface MemberAgent {
  /** One turn from these inputs on; also with none, when the conversation waits for an answer. Throws what the disk throws. */
  readonly run: (inputs: readonly UserInput[]) => Promise<TurnEnd>;
  /** The conversation ends with something that the model has not answered. */
  readonly isUnanswered: () => boolean;
  /** Whether the last turn sent a message. */
  readonly hasAsked: () => boolean;
  /** What a subagent of it does, which must be called during a turn; or a model call beside the conversation. */
  readonly hear: (event: AgentEvent, sub?: SubagentMark) => void;
}

export interface MemberAgentDeps {
  readonly team: MemberJob["team"];
  readonly me: MemberJob["member"]["name"];
  readonly setup: Omit<Setup, "approvals" | "connectors" | "rate">;
  readonly transcript: Transcript;
  /** Of a member whose tasks each have a conversation of their own. */
  readonly fresh?: Standing["fresh"];
  readonly admission: Admission;
  readonly events: EventLog;
  /** Hears of each model call. */
  readonly count: UsageMeter;
  readonly control: LifeControl;
  /** A cursor that cannot be moved costs a second delivery, no turn. */
  readonly onTrouble: (error: unknown) => void;
}

export function openMemberAgent(deps: MemberAgentDeps): MemberAgent {
  const { team, me, admission, transcript, control } = deps;
  let conversation = createConversation(transcript.turns);
  let asked = false;
  let moving: Promise<void> = Promise.resolve();

  const tell = (event: AgentEvent, sub?: SubagentMark): void => {
    const [task = null] = team.index.owned(me);
    deps.events.emit(event, task, sub);
    if (event.type === "usage") deps.count(event, sub);
    // At a stop a subagent need not come to its end: what counts as running are its tools.
    else if (event.type === "tool_started" && event.name !== AGENT_TOOL) control.toolStarted();
    else if (event.type === "tool_ended" && event.name !== AGENT_TOOL) control.toolEnded();
  };
  const emit = (event: AgentEvent): void => {
    tell(event);
    if (event.type === "tool_ended") asked ||= event.name === "SendMessage" && !event.isError;
    else if (event.type === "read")
      // One after another: the cursor only goes forward.
      moving = moving.then(() => admission.read(event.inputs)).catch(deps.onTrouble);
  };
  const isUnanswered = (): boolean => conversation.messages().at(-1)?.role === "user";
  const now = () => ({ signal: control.turn(), isUnanswered: isUnanswered() });
  const { model, ...fixed } = deps.setup;
  const record = recordIn(transcript, admission);
  const loopDeps: Omit<LoopDeps, "model"> = {
    ...fixed,
    nextInput: async () => {
      await team.readOn();
      return admission.next(now());
    },
    record,
    emit,
    isStopping: control.isEnding,
  };

  const reload = async (): Promise<void> => {
    conversation = createConversation((await openTranscript(team, me)).turns);
  };

  return {
    run: async (inputs) => {
      asked = false;
      let isWhole = false;
      try {
        // What was decided for this turn stands in the journal: its model.
        await team.readOn();
        const admitted = await admission.begin(inputs, now());
        const at = { fresh: deps.fresh, conversation, brief: fixed.compaction.brief, record, tell };
        const start = await beginAnew(at, admitted);
        const end = await loop({ ...loopDeps, model: model() }, conversation, start, control.turn());
        isWhole = true;
        await admission.ended(end, control.turn());
        return end;
      } finally {
        admission.putBack();
        await moving;
        await deps.events.flush();
        // What could not be recorded is not in the transcript: the next turn begins from what is.
        if (!isWhole) await reload();
      }
    },
    isUnanswered,
    hasAsked: () => asked,
    hear: tell,
  };
}

function recordIn(transcript: Transcript, admission: Admission): LoopDeps["record"] {
  return async (turn) => {
    await transcript.record(turn);
    await admission.recorded(turn);
  };
}
