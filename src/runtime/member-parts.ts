import type { UserInput } from "../agent/loop-deps.ts";
import { type Mailbox, openMailbox } from "../team/mail.ts";
import { openEventLog } from "./event-log.ts";
import { openHiddenTranscript } from "./hidden-text.ts";
import { type MemberAgent, openMemberAgent } from "./member-agent.ts";
import type { LifeControl } from "./member-control.ts";
import { type Duty, openDuty } from "./member-duty.ts";
import { firstInputs } from "./member-first.ts";
import { type Intake, openIntake } from "./member-intake.ts";
import type { MemberJob } from "./member-job.ts";
import { type OwnPresence, openPresence, usageMeter } from "./member-presence.ts";
import { type Setup, setUp } from "./member-setup.ts";

/** What a life is made of. */
export interface MemberParts {
  readonly mailbox: Mailbox;
  readonly intake: Intake;
  readonly duty: Duty;
  readonly agent: MemberAgent;
  readonly compaction: Setup["compaction"];
  readonly presence: OwnPresence;
  readonly approvals: Setup["approvals"];
  /** What the model is told first, or after a restart in the middle of something; [] = it waits. */
  readonly first: readonly UserInput[];
}

/** Reads what earlier lives left and puts the parts together. Writes nothing. */
export async function openParts(job: MemberJob, control: LifeControl): Promise<MemberParts> {
  const { team, member, onTrouble, redactor } = job;
  const { name: me, lead } = member;
  const transcript = await openHiddenTranscript(team, me, redactor);
  if (transcript.skipped > 0)
    onTrouble(new Error(`${transcript.skipped} entries of the transcript are no turns and were left out`));
  const mailbox = await openMailbox(team, me, transcript.seenMail);
  const { seen, isAnswered } = transcript;
  const intake = openIntake({ team, me, lead, mailbox, seen, isAnswered });
  const setup = await setUp(job, control);
  const presence = openPresence(job, () => setup.model().name, control);
  const agent = openMemberAgent({
    team,
    me,
    setup,
    transcript,
    intake,
    events: openEventLog(team, me, onTrouble, redactor),
    count: usageMeter(presence),
    control,
    onTrouble,
  });
  const duty = openDuty({ team, me, lead, intake, clock: job.clock });
  const first = firstInputs(job, { intake, agent, transcript });
  const { approvals, compaction } = setup;
  return { mailbox, intake, duty, agent, compaction, presence, approvals, first };
}
