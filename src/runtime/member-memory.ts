import { type Mailbox, openMailbox } from "../team/mail.ts";
import { memoryInput } from "./inputs.ts";
import { type Intake, openIntake } from "./member-intake.ts";
import { type MemberJob, permissionsOf } from "./member-job.ts";
import { readMemoryFiles } from "./memory-files.ts";
import { resumeTranscript } from "./subagent-resume.ts";
import type { Transcript } from "./transcript.ts";

/** What earlier lives left to a member, and what is new for it. */
export interface Memory {
  readonly transcript: Transcript;
  readonly mailbox: Mailbox;
  readonly intake: Intake;
}

/** Writes nothing. */
export async function openMemory(job: MemberJob): Promise<Memory> {
  const { team, member, redactor, onTrouble } = job;
  const { dir } = permissionsOf(job);
  const { name: me, lead } = member;
  const transcript = await resumeTranscript(team, me, redactor);
  if (transcript.skipped > 0)
    onTrouble(new Error(`${transcript.skipped} entries of the transcript are no turns and were left out`));
  const mailbox = await openMailbox(team, me, transcript.seenMail);
  const { seen, isAnswered } = transcript;
  const intake = openIntake({ team, me, lead, mailbox, seen, isAnswered });
  const files = memoryInput(readMemoryFiles(team.host, dir), team.host.newId());
  if (files !== undefined) intake.keep(files);
  return { transcript, mailbox, intake };
}
