import { capText } from "../agent/cap-text.ts";
import type { ToolResult } from "../agent/tool.ts";
import { openSpill } from "../agent/tools/spill.ts";
import { isSystemError } from "../base/disk-error.ts";
import type { MemberName } from "../protocol/names.ts";
import { plural } from "./plural.ts";
import { subagentLogName } from "./subagent-log.ts";
import type { SubagentResult } from "./subagent-run.ts";

/** Characters of a result that its caller gets: about 25,000 tokens with what stands behind it. */
const MOST = 98_000;

/** The one thing that the caller gets: the last words, and in brackets what it has to know of them. */
export function resultText(
  me: MemberName,
  spillDir: string | undefined,
  result: SubagentResult,
  waitedMs: number,
): ToolResult {
  const { text, why, calls, tokens, mark, notes } = result;
  const said = text.trim();
  const shown = said === "" ? "(it said nothing)" : capText(said, MOST);
  const lines = [
    ...(why === undefined ? [] : [`not finished: ${why}; above is the last that it said`]),
    ...(said.length > MOST ? [wholeText(spillDir, said)] : []),
    ...notes,
    ...(waitedMs < 1_000
      ? []
      : [`it waited ${Math.round(waitedMs / 1_000)} s for a place: others were running`]),
    `${mark.type}, ${plural(calls, "model call", "model calls")}, ${tokens} tokens; log ${subagentLogName(me, mark.id)}`,
  ];
  return { text: `${shown}\n\n${lines.map((line) => `[${line}]`).join("\n")}`, isError: why !== undefined };
}

/** Where the whole text is kept. Without a disk to write to, head and tail are all there is. */
function wholeText(spillDir: string | undefined, text: string): string {
  const left = `the middle of its ${text.length} characters is left out`;
  if (spillDir === undefined) return left;
  try {
    const spill = openSpill(spillDir);
    spill.add(Buffer.from(text));
    const { path, cut } = spill.end();
    return cut === undefined ? `${left}; the whole is in ${path}: Read it in parts` : `${left}: ${cut}`;
  } catch (error) {
    if (isSystemError(error)) return `${left}: ${error.message}`;
    throw error;
  }
}
