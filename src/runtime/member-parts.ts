import type { UserInput } from "../agent/loop-deps.ts";
import { ownIdentity } from "../base/process-identity.ts";
import { EntryId, type InstanceId } from "../protocol/names.ts";
import { type Mailbox, openMailbox } from "../team/mail.ts";
import type { Member, TeamFacts } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { openEventLog } from "./event-log.ts";
import { hasTool, type Permissions } from "./gate.ts";
import { goalInput, restartInput } from "./inputs.ts";
import { type MemberAgent, openMemberAgent } from "./member-agent.ts";
import type { LifeControl } from "./member-control.ts";
import { type Duty, openDuty } from "./member-duty.ts";
import { type Intake, openIntake } from "./member-intake.ts";
import { ownLog } from "./member-log.ts";
import { type OwnPresence, openPresence } from "./member-presence.ts";
import { memberTools } from "./member-tools.ts";
import { type ModelSource, openModel } from "./model-source.ts";
import { systemPrompt } from "./prompt.ts";
import { openTranscript, type Transcript } from "./transcript.ts";

/** One life, as it was started. */
export interface MemberJob {
  readonly team: Team;
  readonly facts: TeamFacts;
  readonly member: Member;
  readonly instance: InstanceId;
  readonly source: ModelSource;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
  /** Trouble that did not matter enough to stop. */
  readonly onTrouble: (error: unknown) => void;
}

/** What a life is made of. */
export interface MemberParts {
  readonly mailbox: Mailbox;
  readonly intake: Intake;
  readonly duty: Duty;
  readonly agent: MemberAgent;
  readonly presence: OwnPresence;
  /** What the model is told first, or after a restart in the middle of something; [] = it waits. */
  readonly first: readonly UserInput[];
}

/** Reads what earlier lives left and puts the parts together. Writes nothing but `delivered` marks. */
export async function openParts(job: MemberJob, control: LifeControl): Promise<MemberParts> {
  const { team, facts, member, instance, clock, onTrouble } = job;
  const { name: me, lead, definition } = member;
  const transcript = await openTranscript(team.store, me, team.nextId);
  if (transcript.skipped > 0)
    onTrouble(new Error(`${transcript.skipped} entries of the transcript are no turns and were left out`));
  const mailbox = await openMailbox(team, me, messageIds(transcript.seen));
  const intake = openIntake({ team, me, lead, mailbox, seen: transcript.seen });
  const duty = openDuty({ team, me, lead, intake, clock });
  const permissions: Permissions = { dir: definition.dir ?? facts.dir, lead, tools: definition.tools };
  const model = openModel(team.host, definition.model, job.source);
  const presence = openPresence({
    presence: team.store.presence,
    identity: await ownIdentity(),
    instance,
    member: me,
    model: model.name,
    now: team.host.now,
    onTrouble,
  });
  const agent = openMemberAgent({
    team,
    me,
    model,
    system: systemPrompt(facts, member, permissions.dir),
    tools: memberTools(team, member, permissions).filter(({ name }) => hasTool(permissions, name)),
    permissions,
    transcript,
    intake,
    events: openEventLog(ownLog(team.store.agentLog(me, "events"), team.nextId), team.host.now, onTrouble),
    presence,
    control,
    onTrouble,
  });
  return { mailbox, intake, duty, agent, presence, first: firstInputs(job, { intake, agent, transcript }) };
}

function messageIds(seen: ReadonlySet<string>): ReadonlySet<EntryId> {
  return new Set([...seen].flatMap((id) => EntryId.safeParse(id).data ?? []));
}

/**
 * The goal, unless it is in the transcript. After a restart: what became of the former life, at once when there is
 * something to go on with, otherwise with whatever comes next, because waking the model for nothing costs money.
 */
function firstInputs(
  { team, facts, member, instance }: MemberJob,
  parts: { readonly intake: Intake; readonly agent: MemberAgent; readonly transcript: Transcript },
): readonly UserInput[] {
  const { intake, agent, transcript } = parts;
  const goal = member.lead && facts.goal !== undefined ? intake.offer(goalInput(facts, facts.goal)) : [];
  if (member.restarts === 0) return goal;
  const owned = team.index.owned(member.name).flatMap((id) => team.state().tasks.get(id) ?? []);
  const notice = restartInput(instance, owned, transcript.turns.length === 0);
  if (goal.length > 0 || owned.length > 0 || agent.isUnanswered()) return [...intake.offer(notice), ...goal];
  intake.keep(notice);
  return [];
}
