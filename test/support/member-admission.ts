import { onTestFinished } from "vitest";
import type { MemberName } from "../../src/protocol/names.ts";
import { SILENCE } from "../../src/runtime/hooks/merge.ts";
import { type Admission, type AdmissionDeps, openAdmission } from "../../src/runtime/member-admission.ts";
import { openIntake } from "../../src/runtime/member-intake.ts";
import type { Transcript } from "../../src/runtime/transcript.ts";
import { openMailbox } from "../../src/team/mail.ts";
import type { Team } from "../../src/team/team.ts";

/** A member's hooks where no settings file has any. */
const NO_HOOKS: AdmissionDeps["hooks"] = {
  asker: {
    has: () => false,
    fire: () => Promise.resolve(SILENCE),
    close: () => Promise.resolve(),
    settings: () => ({ files: [], problems: [], marks: new Map() }),
    refresh: () => Promise.resolve(),
    promptBegins: () => undefined,
    transcript: { begin: () => undefined, add: () => undefined, flush: () => Promise.resolve("/dev/null") },
    envFile: {
      path: "/dev/null",
      begin: () => Promise.resolve(),
      read: () => Promise.resolve({ set: {}, wrong: [] }),
    },
  },
  admit: (inputs) => Promise.resolve({ inputs, refused: [] }),
  turns: {
    begins: () => undefined,
    lastWord: () => Promise.resolve([]),
    ended: () => Promise.resolve(),
    idle: () => Promise.resolve([]),
  },
  takeWoken: () => [],
};

/** What a member without hooks is told, from its mailbox on. */
export async function openAdmissionOf(
  team: Team,
  me: MemberName,
  { seen, seenMail }: Transcript,
): Promise<Admission> {
  const mailbox = await openMailbox(team, me, seenMail);
  const intake = openIntake({ team, me, lead: false, mailbox, seen });
  onTestFinished(intake.close);
  return openAdmission({
    news: () => Promise.resolve([]),
    intake,
    hooks: NO_HOOKS,
    handedOut: () => undefined,
  });
}
