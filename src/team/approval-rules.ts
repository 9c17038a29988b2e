import type { EntryOf } from "../protocol/entries.ts";
import { type Actor, type MemberName, sameName } from "../protocol/names.ts";
import { isLead, presentMember } from "./derive.ts";
import { foreignCommand } from "./provenance.ts";
import type { Approval, ApprovalAnswer, Change, Task, TeamState, Verdict } from "./state.ts";
import { accepted, changed, isRefused, type Refused, refuse, taskOf } from "./verdicts.ts";

/** Members ask, each for itself: `by` is the asker. A plan is for a task that it works on. */
export function ask(state: TeamState, entry: EntryOf<"ask">): Verdict {
  const { team } = state;
  if (!team) return refuse({ kind: "no_team" });
  const member = presentMember(state, entry.by);
  if (!member)
    return refuse({ kind: "not_allowed", who: entry.by, what: "ask for an approval: members ask" });
  const number = (team.asked ?? 0) + 1;
  const counted = { ...team, asked: number };
  const approvals = [approvalOf(entry, member.name, number)];
  if (entry.kind !== "plan") return accepted({ team: counted, approvals });
  const task = planned(state, entry, member.name);
  return isRefused(task) ? task : accepted({ team: counted, approvals, tasks: [task] });
}

function approvalOf(entry: EntryOf<"ask">, by: MemberName, number: number): Approval {
  const { id, at, kind, task, tool, input, body, digest, shown, summary, reason, rule, plan, sub } = entry;
  return {
    id,
    number,
    kind,
    by,
    at,
    digest,
    summary,
    ...(shown !== undefined && { shown }),
    ...(task !== undefined && { task }),
    ...(tool !== undefined && { tool }),
    ...(input !== undefined && { input }),
    ...(body !== undefined && { body }),
    ...(reason !== undefined && { reason }),
    ...(rule !== undefined && { rule }),
    ...(plan !== undefined && { plan }),
    ...(sub !== undefined && { sub }),
  };
}

/** The task with its new plan, or why there can be none. */
function planned(state: TeamState, entry: EntryOf<"ask">, by: MemberName): Task | Refused {
  const { id, plan } = entry;
  if (entry.task === undefined || plan === undefined)
    return refuse({
      kind: "not_allowed",
      who: by,
      what: "ask for a plan without naming its task and its text",
    });
  const task = taskOf(state, entry.task);
  if (isRefused(task)) return task;
  if (task.owner === undefined || !sameName(task.owner, by))
    return refuse({ kind: "not_owner", task: task.id, owner: task.owner });
  const next = (task.plan?.version ?? 0) + 1;
  if (plan.version !== next) return refuse({ kind: "plan_version", task: task.id, next });
  return changed(task, entry, { plan: { by, version: next, ask: id } });
}

/** The first answer counts. Never by a member, but for the lead on the plans of others when the team says so. */
export function answer(state: TeamState, entry: EntryOf<"answer">): Verdict {
  const approval = state.approvals.get(entry.ask);
  if (!approval) return refuse({ kind: "unknown_approval", ask: entry.ask });
  const obstacle = whyMayNotAnswer(state, entry, approval) ?? whyNotOpen(approval);
  if (obstacle) return obstacle;
  if (entry.digest !== (approval.shown ?? approval.digest))
    return refuse({ kind: "other_digest", number: approval.number });
  const { at, by, verdict, note, always, mode } = entry;
  const given: ApprovalAnswer = {
    at,
    by,
    verdict,
    ...(note !== undefined && { note }),
    ...(always !== undefined && { always }),
    ...(mode !== undefined && { mode }),
  };
  return accepted({ approvals: [{ ...approval, answer: given }], ...answeredPlan(state, entry, approval) });
}

function whyMayNotAnswer(
  state: TeamState,
  entry: EntryOf<"answer">,
  { kind, by: asker }: Approval,
): Refused | undefined {
  const { by, always, mode } = entry;
  if (by === "user") return undefined;
  if (!mayAnswer(state, by, kind, asker))
    return refuse({ kind: "not_allowed", who: by, what: `answer a question of ${asker}: the user may` });
  const foreign = foreignCommand(state, entry, `answer a question of ${asker}`);
  if (foreign) return foreign;
  // The lead opens the way for one plan; what a member may do beyond it is the user's.
  if (always === undefined && mode === undefined) return undefined;
  return refuse({ kind: "not_allowed", who: by, what: "change a mode or keep a rule with an answer" });
}

function mayAnswer(state: TeamState, who: Actor, kind: Approval["kind"], asker: MemberName): boolean {
  const isLeads = kind === "plan" && state.team?.settings.planApproval === "lead";
  return isLeads && isLead(state, who) && !sameName(who, asker);
}

function whyNotOpen({ id, number, answer: given, settled }: Approval): Refused | undefined {
  if (given) return refuse({ kind: "already_answered", ask: id, number, answer: given });
  return settled && refuse({ kind: "settled", number, how: settled.how });
}

/** Writing opens for the task that the plan was made for, and only while that plan is its last one. */
function answeredPlan(state: TeamState, entry: EntryOf<"answer">, { id, task: planOf }: Approval): Change {
  const task = planOf === undefined ? undefined : state.tasks.get(planOf);
  if (task?.plan?.ask !== id || task.status === "deleted") return {};
  const { verdict, mode } = entry;
  const plan = { ...task.plan, verdict, ...(mode !== undefined && verdict === "allow" && { mode }) };
  return { tasks: [changed(task, entry, { plan })] };
}

/** An answer is used once: whoever settles it may do what was allowed, and nobody after it. */
export function settle(state: TeamState, entry: EntryOf<"settle">): Verdict {
  const approval = state.approvals.get(entry.ask);
  if (!approval) return refuse({ kind: "unknown_approval", ask: entry.ask });
  const { number, settled } = approval;
  const isAsker = sameName(entry.by, approval.by);
  if (!isAsker && !(entry.by === "system" && entry.how === "withdrawn"))
    return refuse({ kind: "not_allowed", who: entry.by, what: `settle a question of ${approval.by}` });
  if (settled) return refuse({ kind: "settled", number, how: settled.how });
  if (entry.how === "used" && !approval.answer) return refuse({ kind: "unanswered", number });
  return accepted({ approvals: [closed(approval, entry.how, entry.at)] });
}

/** What nobody can answer any more needs no input: it may be large, and the journal has it. */
function closed(approval: Approval, how: "used" | "withdrawn", at: string): Approval {
  const { input: _, body: __, plan: ___, ...rest } = approval;
  return { ...rest, settled: { at, how } };
}

/** The questions of a member that leaves: nobody waits for their answers. */
export function withdrawnOf(state: TeamState, name: MemberName, at: string): readonly Approval[] {
  return [...state.approvals.values()]
    .filter(({ by, settled }) => !settled && sameName(by, name))
    .map((approval) => closed(approval, "withdrawn", at));
}
