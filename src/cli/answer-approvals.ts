import { TroupeError } from "../base/errors.ts";
import { answerApproval, approvalNamed, type Decision, handleOf } from "../team/approvals.ts";
import type { Approval, TeamState } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { approvalOutput, isShownWhole } from "./approval-view.ts";
import type { Context } from "./command.ts";
import { styled } from "./piece.ts";
import { refused, withTeam } from "./team-session.ts";

/**
 * Answers the questions that `ids` name, one after another, and shows each. Nothing is answered when one of them is not
 * known; what somebody else has answered before is told at the end, and the others are answered all the same. Throws
 * `approval_not_found`, `already_answered`, `conflict`, `usage`.
 */
export function answerApprovals(
  context: Context,
  ids: readonly string[],
  decision: Decision,
): Promise<number> {
  return withTeam(context, undefined, async ({ team }) => {
    const state = await team.readOn();
    const asked = ids.map((id) => named(state, id));
    for (const approval of asked) await refuseAlways(team, approval, decision);
    await refuseNoRule(team, decision);
    const answered: Approval[] = [];
    let trouble: TroupeError | undefined;
    for (const approval of new Set(asked)) {
      const outcome = await answerApproval(team, "user", approval, decision);
      if (!outcome.ok) trouble ??= await refused(outcome.reason, team.state());
      else answered.push(team.state().approvals.get(approval.id) ?? approval);
    }
    if (!(context.flags.json && trouble)) await show(context, team, answered);
    if (answered.length > 0) await keepRule(context, team, decision);
    await changeModes(team, answered, decision);
    if (trouble) throw trouble;
    return 0;
  });
}

function named(state: TeamState, id: string): Approval {
  const found = approvalNamed(state, id);
  if (found) return found;
  throw new TroupeError("approval_not_found", `there is no question ${id}, or it was settled long ago`, {
    hint: "troupe approvals",
    details: { id },
  });
}

/** Nobody keeps a rule for what was never seen whole, nor for what no rule is about. */
async function refuseAlways(team: Team, approval: Approval, { always }: Decision): Promise<void> {
  if (always === undefined) return;
  const handle = handleOf(approval);
  if (approval.kind === "plan")
    throw new TroupeError("usage", `--always: ${handle} is a plan, and no rule is about plans`);
  if (isShownWhole(await approvalOutput(team, approval))) return;
  throw new TroupeError(
    "usage",
    `--always: ${handle} is too long to be shown whole: it can be allowed once only`,
    {
      hint: `troupe approve ${handle}`,
    },
  );
}

/** What cannot be read would allow nothing, and as a deny no member would start again. */
async function refuseNoRule(team: Team, { verdict, always }: Decision): Promise<void> {
  if (always === undefined) return;
  const { isProblem, parseRule } = await import("../agent/gate/rule.ts");
  const root = team.state().team?.dir ?? "/";
  const parsed = parseRule(always, verdict, { scope: "local", file: undefined, root });
  if (!isProblem(parsed)) return;
  throw new TroupeError(
    "usage",
    `--always: ${JSON.stringify(always)}: ${parsed.what}; nothing was answered`,
    {
      hint: parsed.hint ?? "docs/permissions.md shows the forms of a rule",
    },
  );
}

async function show(context: Context, team: Team, answered: readonly Approval[]): Promise<void> {
  const { flags, screen } = context;
  if (flags.json) {
    screen.json("ApprovalList", await Promise.all(answered.map((one) => approvalOutput(team, one))));
    return;
  }
  for (const approval of answered) {
    const { by, summary, answer } = approval;
    const word = answer?.verdict === "allow" ? styled("green", "approved ") : styled("red", "denied ");
    screen.line(word, styled("bold", handleOf(approval)), ` ${by}: ${summary}`);
  }
}

/** A plan's mode holds for its task; another one for the member from now on, as `troupe agent mode` has it. */
async function changeModes(team: Team, answered: readonly Approval[], { mode }: Decision): Promise<void> {
  if (mode === undefined) return;
  const { steerMember } = await import("../team/members.ts");
  for (const { by, kind } of answered)
    if (kind !== "plan") await steerMember(team, "user", by, { what: "mode", value: mode });
}

/** The rule goes where Claude Code keeps what one person allows in one project. */
async function keepRule({ host, screen }: Context, team: Team, { verdict, always }: Decision): Promise<void> {
  if (always === undefined) return;
  const { addRule } = await import("../runtime/settings-rule.ts");
  const path = await addRule(host, team.state().team?.dir ?? host.cwd, always, verdict);
  screen.say(styled("dim", `${always} is kept in ${path}`));
}
