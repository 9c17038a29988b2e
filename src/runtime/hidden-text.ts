import type { Verdict } from "../agent/loop-deps.ts";
import type { ToolCall } from "../agent/tool.ts";
import { HIDDEN, type Redactor } from "../base/redact.ts";
import type { MemberName } from "../protocol/names.ts";
import { toJson } from "../store/line-codec.ts";
import type { Team } from "../team/team.ts";
import { openTranscript, type Transcript } from "./transcript.ts";

/** Tools that put what the model writes into the world. */
const ACTING: ReadonlySet<string> = new Set(["Write", "Edit", "MultiEdit", "NotebookEdit", "Bash"]);

/** A file that is written back with the marks that were read would lose its secrets. */
export function refuseHidden({ name, input }: ToolCall): Extract<Verdict, { allowed: false }> | undefined {
  if (!ACTING.has(name) || !toJson(input ?? null).includes(HIDDEN)) return undefined;
  return {
    allowed: false,
    reason: `${HIDDEN} stands for a secret that you are not shown, and would take its place. Leave that line as it is and change the others with Edit.`,
  };
}

/** A member's transcript, kept without secrets, but for the model's thinking, which its server signed and takes back unchanged only. */
export async function openHiddenTranscript(
  team: Team,
  member: MemberName,
  redactor: Pick<Redactor, "hideIn">,
): Promise<Transcript> {
  const transcript = await openTranscript(team, member);
  return { ...transcript, record: hidingRecord(transcript.record, redactor) };
}

/** The same, for whatever keeps turns. */
export function hidingRecord(
  record: Transcript["record"],
  { hideIn }: Pick<Redactor, "hideIn">,
): Transcript["record"] {
  return (turn) => record({ ...turn, message: hideIn(turn.message, isThinking) });
}

function isThinking(part: object): boolean {
  return "type" in part && part.type === "thinking" && "signature" in part;
}
