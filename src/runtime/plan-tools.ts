import { z } from "zod";
import { defineTool, type Tool, type ToolResult } from "../agent/tool.ts";
import type { MemberName } from "../protocol/names.ts";
import { answerApproval, approvalNamed, handleOf } from "../team/approvals.ts";
import type { Member, Task } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import type { Answer, Approvals, Question } from "./approvals.ts";
import type { LifeControl } from "./member-control.ts";
import { quoted } from "./member-text.ts";
import { unplannedTasks } from "./plan-mode.ts";
import { failed, refused } from "./team-tools-caller.ts";

/** What a tool needs that waits for a person. */
export interface Planning {
  readonly approvals: Approvals;
  readonly control: Pick<LifeControl, "toolStarted" | "toolEnded">;
}

interface Planner {
  readonly team: Team;
  readonly member: Pick<Member, "name" | "lead" | "definition">;
}

/** The tool of a member that plans first, and the lead's where the team lets it answer plans. */
export function planTools({ team, member }: Planner, planning: Planning): readonly Tool[] {
  const answers = member.lead && team.state().team?.settings.planApproval === "lead";
  return [
    ...(member.definition.plan === true ? [exitPlanMode(team, member.name, planning)] : []),
    ...(answers ? [answerPlan(team, member.name)] : []),
  ];
}

function exitPlanMode(team: Team, me: MemberName, { approvals, control }: Planning): Tool {
  return defineTool({
    name: "ExitPlanMode",
    description:
      "Submits the plan for your task and waits until it is approved or sent back with a note. Approved: you may write, for this task. Sent back: revise the plan and submit it again.",
    // What stands behind it in the same reply waits for the verdict.
    effect: "write",
    input: z.object({
      plan: z
        .string()
        .trim()
        .min(1)
        .max(65_536)
        .describe("What you will do, in steps, and how you will check it."),
      files: z
        .array(z.string().min(1).max(1_000))
        .max(100)
        .exactOptional()
        .describe("Files you will change."),
    }),
    run: async ({ plan: text, files = [] }, signal) => {
      await team.readOn();
      const [task] = unplannedTasks(team, me);
      if (task === undefined) return nothingToPlan(team, me);
      // Waiting is no work: a stop in good order does not wait for a person.
      control.toolEnded();
      try {
        return toldOf(await approvals.ask(questionOf(task, { text, files }), signal), task);
      } finally {
        control.toolStarted();
      }
    },
  });
}

function questionOf(
  task: Task,
  plan: { readonly text: string; readonly files: readonly string[] },
): Question {
  const version = (task.plan?.version ?? 0) + 1;
  return {
    kind: "plan",
    task: task.id,
    summary: task.subject,
    plan: { version, ...plan, files: [...plan.files] },
  };
}

function nothingToPlan(team: Team, me: MemberName): ToolResult | string {
  return team.index.owned(me).length > 0
    ? "The plan for your task is approved already: go on with it."
    : failed("You own no task that a plan could be for. Claim one with TaskClaim, then plan it.");
}

function toldOf(answer: Answer, task: Task): ToolResult | string {
  const note = answer.note === undefined ? "" : ` Note: ${answer.note}`;
  if (answer.verdict === "allow")
    return `The plan for task #${task.id} is approved: you may write now.${note}`;
  return failed(
    `The plan for task #${task.id} is not approved.${note}\nRevise it and submit it again with ExitPlanMode. Until then you can only read.`,
  );
}

function answerPlan(team: Team, me: MemberName): Tool {
  return defineTool({
    name: "AnswerPlan",
    description: "Approves a teammate's plan, or sends it back with a note that says what to change.",
    effect: "write",
    input: z.object({
      id: z.string().max(100).describe("As in the notice: a_3."),
      verdict: z.enum(["approve", "reject"]),
      note: z.string().trim().min(1).max(16_000).exactOptional().describe("Needed to reject."),
    }),
    run: async ({ id, verdict, note }) => {
      const approval = approvalNamed(await team.readOn(), id);
      if (approval?.kind !== "plan") return failed(`there is no plan ${quoted(id, 100)}`);
      if (verdict === "reject" && note === undefined)
        return failed("a rejection needs a note: what has to be different?");
      const outcome = await answerApproval(team, me, approval, {
        verdict: verdict === "approve" ? "allow" : "deny",
        note,
      });
      if (!outcome.ok) return refused(outcome.reason);
      return `${approval.by} is told: ${handleOf(approval)} is ${verdict === "approve" ? "approved" : "sent back"}`;
    },
  });
}
