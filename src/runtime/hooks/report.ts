import { sendMessage } from "../../team/mail.ts";
import type { MemberJob } from "../member-job.ts";
import { tellTrouble } from "../member-trouble.ts";
import type { HookOutcome } from "./merge.ts";

/** The same word of a hook to the user is not said again for this long, in ms. */
const QUIET_MS = 60_000;

/** How hooks reach people. */
export interface HookReporter {
  /** What they say to the user goes to the user's mailbox, what is wrong with them to the log. */
  readonly report: (outcome: HookOutcome) => void;
  /** Tells the lead and the user. */
  readonly tell: (text: string) => void;
}

/** Nobody waits for it: each of its messages handles its own failure. */
export function hookReporter(job: Pick<MemberJob, "team" | "member" | "clock" | "onTrouble">): HookReporter {
  const { team, member, clock, onTrouble } = job;
  const said = new Map<string, number>();
  const isNews = (text: string): boolean => {
    const last = said.get(text);
    if (last !== undefined && clock() - last < QUIET_MS) return false;
    said.set(text, clock());
    return true;
  };
  return {
    report: ({ messages, problems }) => {
      for (const problem of problems) onTrouble(new Error(problem));
      for (const message of messages.filter(isNews)) {
        const text = `A hook of ${member.name} says: ${message}`;
        void sendMessage(team, member.name, { to: ["user"], kind: "system", text }).catch(onTrouble);
      }
    },
    tell: (text) => void tellTrouble(team, member, text).catch(onTrouble),
  };
}
