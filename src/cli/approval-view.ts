import type { z } from "zod";
import { faithfulText } from "../base/faithful-text.ts";
import { isRecord } from "../base/is-record.ts";
import { HIDDEN } from "../base/redact.ts";
import { approvalInput, handleOf } from "../team/approvals.ts";
import type { Approval, ApprovalAnswer } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import type { Context } from "./command.ts";
import { ageText } from "./durations.ts";
import type { ApprovalOutput } from "./output.ts";
import { styled } from "./piece.ts";

/** What is longer is cut on the screen, and can then be allowed this once only. Source: security.md §4. */
const SHOWN_CHARACTERS = 4_000;
const SHOWN_LINES = 60;

type Output = z.input<typeof ApprovalOutput>;

/** `input` as it is, also when it lies beside the journal. */
export async function approvalOutput(team: Team, approval: Approval): Promise<Output> {
  const { id, kind, by, at, summary, plan, answer } = approval;
  const { sub = null, task = null, tool = null, body = null, reason = null, rule = null } = approval;
  const input = plan ? null : ((await approvalInput(team, approval)) ?? null);
  const shown = plan ? { version: plan.version, text: plan.text, files: plan.files } : null;
  return {
    id: handleOf(approval),
    entry: id,
    kind,
    agent: by,
    sub,
    task,
    at,
    tool,
    input,
    body,
    hidden: approval.shown !== undefined,
    summary,
    reason,
    rule,
    plan: shown,
    answer: answer ? answerOutput(answer) : null,
  };
}

function answerOutput({ at, by, verdict, ...rest }: ApprovalAnswer): Output["answer"] {
  const { note = null, always = null, mode = null } = rest;
  return { at, by, verdict, note, always, mode };
}

/** Whether a person sees all of it on a screen. */
export function isShownWhole(output: Output): boolean {
  return shownLines(output).left === 0;
}

export function showApproval({ screen, host }: Pick<Context, "screen" | "host">, output: Output): void {
  const { id, kind, agent, sub, task, at, tool, plan } = output;
  screen.line(
    styled("bold", id),
    `  ${agent}${sub === null ? "" : ` (${sub})`}  `,
    styled("magenta", plan === null ? kind : `plan ${plan.version}`),
    tool === null ? "" : ` ${tool}`,
    styled("dim", `  ${ageText(at, host.now())} ago${task === null ? "" : `  #${task}`}`),
  );
  const { lines, left } = shownLines(output);
  for (const line of lines) screen.line("  ", line);
  if (left > 0)
    screen.line(
      styled(
        "yellow",
        `  … ${left} more characters: troupe approvals --json shows them; it can be allowed this once only`,
      ),
    );
  showNotes(screen, output, left);
}

/** What a person should know besides what is asked for. */
function showNotes(screen: Context["screen"], { reason, rule, plan, hidden }: Output, left: number): void {
  if (hidden) screen.line(styled("dim", "  secrets "), `${HIDDEN} stands for one; it runs with the true one`);
  if (plan !== null && plan.files.length > 0) screen.line(styled("dim", "  files   "), plan.files.join("  "));
  if (reason !== null) screen.line(styled("dim", "  because "), lowerFirst(reason));
  if (rule !== null && left === 0) screen.line(styled("dim", "  always  "), rule);
}

/** A sentence in the middle of a line; a name in capitals stays. */
function lowerFirst(text: string): string {
  return /^[A-Z](?![A-Z])/.test(text) ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;
}

/** What is asked for, line by line, and how many characters do not fit. */
function shownLines(output: Output): { readonly lines: readonly string[]; readonly left: number } {
  const text = faithfulText(textOf(output));
  const lines = text.slice(0, SHOWN_CHARACTERS).split("\n").slice(0, SHOWN_LINES);
  return { lines, left: text.length - lines.join("\n").length };
}

function textOf({ plan, input, summary }: Output): string {
  if (plan !== null) return plan.text;
  if (!isRecord(input)) return input === null ? summary : JSON.stringify(input);
  const fields = Object.entries(input);
  const [only] = fields;
  if (only !== undefined && fields.length === 1) return valueText(only[1]);
  return fields.map(([key, value]) => fieldText(key, valueText(value))).join("\n");
}

/** Text of several lines begins on a line of its own, as it stands in a file. */
function fieldText(key: string, value: string): string {
  if (!value.includes("\n")) return `${key}: ${value}`;
  return [
    `${key}:`,
    ...value
      .replace(/\n$/, "")
      .split("\n")
      .map((line) => `  ${line}`),
  ].join("\n");
}

function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
