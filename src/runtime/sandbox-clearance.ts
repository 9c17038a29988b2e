import type { ToolCall } from "../agent/tool.ts";
import type { Answer, Approvals } from "./approvals.ts";
import type { MemberSandbox } from "./member-sandbox.ts";

/**
 * Asks a person, once in a life, whether commands may run without a sandbox where there can be none: it is never passed
 * over in silence. Answers why a call is not made.
 */
export function sandboxClearance(
  sandbox: MemberSandbox | undefined,
  { ask }: Approvals,
): (call: ToolCall, signal: AbortSignal) => Promise<string | undefined> {
  let denied: string | undefined;
  return async ({ name }, signal) => {
    const question = name === "Bash" ? sandbox?.question() : undefined;
    if (sandbox === undefined || question === undefined) return undefined;
    if (denied !== undefined) return denied;
    const answer: Answer = await ask(question, signal);
    if (answer.verdict === "allow") {
      sandbox.allowOpen();
      return undefined;
    }
    const note = answer.note === undefined ? "" : ` They say: ${answer.note}`;
    const refusal = `There is no sandbox here (${question.reason}), and nobody allowed to run commands without one.${note}`;
    // A turn that was interrupted has answered nothing.
    if (!signal.aborted) denied = refusal;
    return refusal;
  };
}
