import { type Mailbox, openMailbox } from "../team/mail.ts";
import { type Intake, openIntake } from "./member-intake.ts";
import type { MemberJob } from "./member-job.ts";
import { resumeTranscript } from "./subagent-resume.ts";
import type { Transcript } from "./transcript.ts";

/** What earlier lives left to a member, and what is new for it. */
export interface Memory {
  readonly transcript: Transcript;
  readonly mailbox: Mailbox;
  readonly intake: Intake;
}

/** Writes nothing. */
export async function openMemory({ team, member, redactor, onTrouble }: MemberJob): Promise<Memory> {
  const { name: me, lead } = member;
  const transcript = await resumeTranscript(team, me, redactor);
  if (transcript.skipped > 0)
    onTrouble(new Error(`${transcript.skipped} entries of the transcript are no turns and were left out`));
  const mailbox = await openMailbox(team, me, transcript.seenMail);
  const { seen, isAnswered } = transcript;
  return { transcript, mailbox, intake: openIntake({ team, me, lead, mailbox, seen, isAnswered }) };
}
