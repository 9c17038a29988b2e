import { type Mailbox, openMailbox } from "../team/mail.ts";
import { PAIR_A_MINUTE } from "../team/mail-limits.ts";
import { beginTranscript } from "./fork-transcript.ts";
import { type FreshSession, openFreshSession } from "./fresh-session.ts";
import { memoryInput } from "./inputs.ts";
import { type Intake, openIntake } from "./member-intake.ts";
import { type MemberJob, permissionsOf } from "./member-job.ts";
import { readMemoryFiles } from "./memory-files.ts";
import { openProgress, type Progress } from "./no-progress.ts";
import { resumeTalk } from "./talk-resume.ts";
import type { Transcript } from "./transcript.ts";
import { openUntrusted, type Untrusted } from "./untrusted.ts";

/** What earlier lives left to a member, and what is new for it. */
export interface Memory {
  readonly transcript: Transcript;
  readonly mailbox: Mailbox;
  readonly intake: Intake;
  readonly untrusted: Untrusted;
  readonly progress: Progress;
  readonly fresh: FreshSession | undefined;
}

/** Writes nothing but the copy with which a forked member begins. */
export async function openMemory(job: MemberJob): Promise<Memory> {
  const { team, member, redactor, onTrouble, limits, storms } = job;
  const { dir } = permissionsOf(job);
  const { name: me, lead } = member;
  const kept = await beginTranscript(team, member, redactor);
  const untrusted = openUntrusted(kept.untrusted, kept.turns);
  const transcript = { ...kept, record: marked(kept, untrusted) };
  if (transcript.skipped > 0)
    onTrouble(new Error(`${transcript.skipped} entries of the transcript are no turns and were left out`));
  const mailbox = await openMailbox(team, me, transcript.seenMail, PAIR_A_MINUTE);
  limits.took(await resumeTalk(team, me, transcript));
  const { seen, isAnswered } = transcript;
  const intake = openIntake({ team, me, lead, mailbox, seen, isAnswered, limits, storms });
  const files = memoryInput(readMemoryFiles(team.host, dir), team.host.newId());
  if (files !== undefined) intake.keep(files);
  const progress = openProgress(transcript.turns);
  const fresh = member.definition.session === "fresh" ? openFreshSession(job, transcript.turns) : undefined;
  const record: Transcript["record"] = async (turn) => {
    await transcript.record(turn);
    progress.heard(turn.inputs);
    fresh?.recorded(turn);
  };
  return { transcript: { ...transcript, record }, mailbox, intake, untrusted, progress, fresh };
}

/** A turn goes into the transcript with what nobody vouches for from it on, where that is another than before. */
function marked(kept: Transcript, untrusted: Untrusted): Transcript["record"] {
  let written = kept.untrusted;
  return async (turn) => {
    untrusted.entered(turn);
    const sources = untrusted.sources();
    await kept.record(sources === written ? turn : { ...turn, untrusted: sources });
    written = sources;
  };
}
