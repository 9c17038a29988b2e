import { z } from "zod";
import type { Decision } from "../agent/gate/decision.ts";
import type { ToolCall } from "../agent/tool.ts";
import { faithfulText } from "../base/faithful-text.ts";
import type { Question } from "./approvals.ts";
import { given } from "./given.ts";

/** Begins the reason of a call that a person refused: who has shown the answer itself need not show it again. */
export const REFUSED_BY_PERSON = "A person was asked and did not allow it.";

/** A question shows so many characters of what is asked about. */
const SHOWN = 1_800;

const Subject = z.looseObject({
  command: z.string().optional(),
  file_path: z.string().optional(),
  path: z.string().optional(),
  url: z.string().optional(),
  dangerouslyDisableSandbox: z.boolean().optional(),
});

/** What a person is asked about a call. `suggestion`: the rule that "always" would add. */
export function questionAbout(
  call: ToolCall,
  { reason, suggestion }: Pick<Decision, "reason" | "suggestion">,
  sub: string | undefined,
): Question {
  const { summary, isWhole } = summaryOf(call);
  return {
    kind: "permission",
    tool: call.name,
    input: call.input,
    summary,
    reason,
    // What cannot be shown in full is allowed this once only.
    ...given({ rule: isWhole ? suggestion : undefined, sub }),
  };
}

/** What a call is about, for a person. `isWhole`: nothing of what will run is left out. */
export function summaryOf({ name, input }: ToolCall): {
  readonly summary: string;
  readonly isWhole: boolean;
} {
  const { command, file_path, path, url, dangerouslyDisableSandbox } = Subject.safeParse(input).data ?? {};
  const main = command ?? file_path ?? path ?? url;
  const text = faithfulText(main ?? JSON.stringify(input ?? null));
  const isLeaving = dangerouslyDisableSandbox === true && command !== undefined;
  const place = isLeaving ? "outside of the sandbox: " : "";
  const head = main === undefined || command === undefined ? `${name} ` : place;
  const isWhole = text.length <= SHOWN;
  return { summary: `${head}${isWhole ? text : `${text.slice(0, SHOWN)}…`}`, isWhole };
}
