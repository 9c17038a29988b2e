import type { UserInput } from "../agent/loop-deps.ts";
import { goalInput, restartInput } from "./inputs.ts";
import type { MemberAgent } from "./member-agent.ts";
import type { MemberHooks } from "./member-hooks.ts";
import type { Intake } from "./member-intake.ts";
import type { MemberJob } from "./member-job.ts";
import type { Progress } from "./no-progress.ts";
import type { Transcript } from "./transcript.ts";

interface Session extends Pick<Former, "intake" | "transcript"> {
  /** Its name. */
  readonly model: string;
}

interface Former {
  readonly intake: Intake;
  readonly agent: MemberAgent;
  readonly transcript: Transcript;
  readonly progress: Pick<Progress, "isStuck">;
}

/**
 * What the model is told first: the goal, unless it is in the transcript. After a restart also what became of the
 * former life, at once when there is something to go on with, otherwise with whatever comes next, because waking the
 * model for nothing costs money.
 */
export function firstInputs(
  { team, facts, member, instance }: MemberJob,
  { intake, agent, transcript, progress }: Former,
): readonly UserInput[] {
  const goal = member.lead && facts.goal !== undefined ? intake.offer(goalInput(facts, facts.goal)) : [];
  if (member.restarts === 0) return goal;
  const owned = team.index.owned(member.name).flatMap((id) => team.state().tasks.get(id) ?? []);
  const notice = restartInput(instance, owned, transcript.turns.length === 0);
  const isWaiting = progress.isStuck();
  if (!isWaiting && (goal.length > 0 || owned.length > 0 || agent.isUnanswered()))
    return [...intake.offer(notice), ...goal];
  intake.keep(notice);
  return [];
}

/** What hooks have to say to a conversation that begins, or goes on. Fires them. */
export async function sessionInputs(
  { session, resting }: Pick<MemberHooks, "session" | "resting">,
  { intake, transcript, model }: Session,
): Promise<readonly UserInput[]> {
  const source = transcript.turns.length === 0 ? "startup" : "resume";
  const { first, along } = await session.begins(source, model, resting);
  along.forEach(intake.keep);
  return first.flatMap(intake.offer);
}
