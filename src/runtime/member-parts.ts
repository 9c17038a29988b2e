import type { UserInput } from "../agent/loop-deps.ts";
import { openAdmission } from "./member-admission.ts";
import { type MemberAgent, openMemberAgent } from "./member-agent.ts";
import type { LifeControl } from "./member-control.ts";
import { type Duty, openDuty } from "./member-duty.ts";
import { memberEvents } from "./member-events.ts";
import { firstInputs, sessionInputs } from "./member-first.ts";
import { type MemberHooks, openMemberHooks } from "./member-hooks.ts";
import type { MemberJob } from "./member-job.ts";
import { type Memory, openMemory } from "./member-memory.ts";
import { type OwnPresence, openPresence, usageMeter } from "./member-presence.ts";
import { type Setup, setUp } from "./member-setup.ts";

/** What a life is made of. */
export interface MemberParts extends Pick<Memory, "mailbox" | "intake" | "progress"> {
  readonly duty: Duty;
  readonly agent: MemberAgent;
  readonly compaction: Setup["compaction"];
  readonly presence: OwnPresence;
  readonly rate: Setup["rate"];
  readonly approvals: Setup["approvals"];
  readonly hooks: MemberHooks;
  readonly connectors: Setup["connectors"];
  /** What the model is told first, or after a restart in the middle of something; [] = it waits. */
  readonly first: readonly UserInput[];
  /** The session begins: what hooks add to it. */
  readonly begin: () => Promise<readonly UserInput[]>;
}

/** Reads what earlier lives left and puts the parts together. Writes nothing, and starts nothing but connectors. */
export async function openParts(job: MemberJob, control: LifeControl): Promise<MemberParts> {
  const { team, member, onTrouble } = job;
  const { name: me, lead } = member;
  const { transcript, mailbox, intake, untrusted, progress, fresh } = await openMemory(job);
  const hooks = await openMemberHooks(job, control);
  hooks.asker.transcript.begin(transcript.turns.length);
  const setup = await setUp(
    job,
    {
      control,
      hooks,
      untrusted,
      entered: untrusted.entered,
      hear: (event, sub) => agent.hear(event, sub),
    },
    transcript.turns,
  );
  const { rate } = setup;
  const own = { model: () => setup.model().name, waitsUntil: rate.waitsUntil };
  const presence = openPresence(job, own, control);
  rate.onChange(presence.show);
  const agent = openMemberAgent({
    team,
    me,
    setup: longRunning(setup, { progress, fresh }),
    fresh,
    transcript,
    admission: openAdmission({
      intake,
      hooks,
      news: setup.connectors.news,
      handedOut: untrusted.handedOut,
    }),
    events: memberEvents(job, setup.tools),
    count: usageMeter(presence),
    control,
    onTrouble,
  });
  hooks.meet({ count: agent.hear });
  const duty = openDuty({ team, me, lead, intake, clock: job.clock });
  const first = firstInputs(job, { intake, agent, transcript, progress });
  const { approvals, compaction, connectors } = setup;
  const begin = (): Promise<readonly UserInput[]> =>
    sessionInputs(hooks, { intake, transcript, model: setup.model().name });
  return {
    mailbox,
    intake,
    progress,
    duty,
    agent,
    compaction,
    presence,
    rate,
    approvals,
    hooks,
    connectors,
    first,
    begin,
  };
}

/** With what a member needs that is left alone for long. */
function longRunning(setup: Setup, { progress, fresh }: Pick<Memory, "progress" | "fresh">): Setup {
  const compaction = fresh === undefined ? setup.compaction : { ...setup.compaction, notes: fresh.notes };
  return { ...setup, compaction, afterReply: progress.behind(setup.afterReply) };
}
