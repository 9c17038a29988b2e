import type { SubagentMark } from "../agent/events.ts";
import { packageVersion } from "../base/package-version.ts";
import { ownIdentity } from "../base/process-identity.ts";
import { untilNextTick } from "../base/watch.ts";
import type { Op } from "../protocol/entries.ts";
import type { RunFile, Usage } from "../protocol/files.ts";
import { addUsage, NO_USAGE, type UsageEvent, usageOf } from "./cost.ts";
import type { MemberBudget } from "./member-budget.ts";
import type { LifeControl } from "./member-control.ts";
import type { MemberJob } from "./member-job.ts";
import type { Life } from "./member-life.ts";
import { type WaitingFor, waitingOf } from "./waiting-for.ts";

/** Between two signs of life, in ms. Source: faults.md §5. */
const BEAT_MS = 10_000;
/**
 * A model call alone is shown so many ms later, with those that follow it: to replace a file that is there costs a
 * millisecond (ext4 writes the new one out first), and it would stand between each reply and the next request.
 */
const USAGE_MS = 500;

/** What a member tells about its model calls. */
export interface Signs {
  /** Of this life. */
  readonly usage: Usage;
  readonly context: { readonly used: number; readonly max: number | null };
}

/** What it asks others of its process for each time. */
export interface OwnSigns {
  /** Its model's name. */
  readonly model: () => string;
  readonly waitsUntil: () => string | null;
}

export interface OwnPresence {
  /** Rejects when the first `run.json` cannot be written: nobody would know that this process lives. */
  readonly begin: () => Promise<void>;
  /** Something changed: writes soon. Never throws. */
  readonly show: () => void;
  /** What its model calls come to now: written with the next change, at the latest after half a second. Never throws. */
  readonly count: (signs: Signs) => void;
  /** Ends the beat; removes the file when `remove`. Never rejects. */
  readonly end: (remove: boolean) => Promise<void>;
}

/** Keeps `run.json` true: one writer, one write at a time, the newest values in each. */
export function openPresence(job: MemberJob, own: OwnSigns, control: LifeControl): OwnPresence {
  const { presence } = job.team.store;
  let signs: Signs = { usage: NO_USAGE, context: { used: 0, max: null } };
  let write: (() => Promise<void>) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let counting: NodeJS.Timeout | undefined;
  let isDirty = false;
  let writing: Promise<void> | undefined;

  const writeNewest = async (): Promise<void> => {
    while (isDirty) {
      isDirty = false;
      clearTimeout(counting);
      counting = undefined;
      if (isOurs(control.life())) await write?.().catch(job.onTrouble);
    }
    writing = undefined;
  };
  const show = (): void => {
    isDirty = true;
    if (write !== undefined) writing ??= writeNewest();
  };
  control.subscribe(show);
  job.budget.subscribe(show);
  job.team.subscribe(({ entry, verdict }) => {
    if (verdict.ok && isQuestion(entry.op)) show();
  });
  const beat = (): void => {
    timer = setTimeout(() => {
      show();
      beat();
    }, untilNextTick(BEAT_MS)).unref();
  };

  return {
    begin: async () => {
      const current = await runFile(job, own, control);
      const first = (): Promise<void> => presence.write(current(signs));
      await first();
      write = first;
      beat();
    },
    show,
    count: (changed) => {
      signs = changed;
      counting ??= setTimeout(show, USAGE_MS).unref();
    },
    end: async (remove) => {
      write = undefined;
      clearTimeout(timer);
      clearTimeout(counting);
      await writing;
      if (remove) await presence.remove(job.member.name, job.instance).catch(job.onTrouble);
    },
  };
}

/** The whole file as of now. */
async function runFile(
  { team, member, instance, budget }: MemberJob,
  { model, waitsUntil }: OwnSigns,
  control: LifeControl,
): Promise<(signs: Signs) => RunFile> {
  const iso = (): string => new Date(team.host.now()).toISOString();
  const fixed = { ...(await ownIdentity()), version: packageVersion(), startedAt: iso() };
  let status: RunFile["status"] = "starting";
  let since = fixed.startedAt;
  return (signs) => {
    const asked = waitingOf(team.state(), member.name);
    const now = statusOf(control, asked, budget);
    const waitingFor = waitedFor(now, asked, control.life());
    if (now !== status) since = iso();
    status = now;
    const [task = null] = team.index.owned(member.name);
    return {
      v: 1,
      ...fixed,
      instance,
      member: member.name,
      beat: iso(),
      status,
      waitingFor,
      waitsUntil: waitsUntil(),
      since,
      task,
      model: model(),
      ...signs,
    };
  };
}

/** F2: a team that was made again under its name, or a later life, has a `run.json` of its own in the same place. */
function isOurs(life: Life): boolean {
  return !("why" in life) || life.why === "asked";
}

/** Whoever has no budget left rests, at the next call that it would make or at once. */
function statusOf(
  control: LifeControl,
  asked: WaitingFor,
  { isSpent, isAwaited }: MemberBudget,
): RunFile["status"] {
  const { status } = control.life();
  if (status === "working" && asked !== null) return "awaiting";
  if ((status === "working" && isAwaited()) || (status === "idle" && isSpent())) return "paused";
  return status === "stopped" ? "stopping" : status;
}

/** Who was paused by a person waits for nothing but that person. */
function waitedFor(status: RunFile["status"], asked: WaitingFor, life: Life): WaitingFor {
  if (status === "paused" && life.status !== "paused") return "budget";
  return status === "awaiting" ? asked : null;
}

function isQuestion(op: Op): boolean {
  return op === "ask" || op === "answer" || op === "settle";
}

/** Adds up the model calls of this life, and shows the sum and how full the context was. */
export function usageMeter(presence: Pick<OwnPresence, "count">): UsageMeter {
  let usage = NO_USAGE;
  let context: Signs["context"] = { used: 0, max: null };
  return (event, sub) => {
    usage = addUsage(usage, usageOf(event));
    const { input, cacheRead, cacheWrite, output } = event.usage;
    // A subagent costs its member, and fills a context of its own, as does a question of a hook.
    if (sub === undefined && event.aside !== true)
      context = { used: input + cacheRead + cacheWrite + output, max: null };
    presence.count({ usage, context });
  };
}

export type UsageMeter = (event: UsageEvent, sub?: SubagentMark) => void;
