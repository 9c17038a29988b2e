import type { LoopDeps, UserInput } from "../agent/loop-deps.ts";
import { type AskerHooks, openAskerHooks } from "./hooks/asker-hooks.ts";
import { type CallHooks, callHooks } from "./hooks/call-hooks.ts";
import { type HookLife, memberAsker } from "./hooks/member-asker.ts";
import type { HookOutcome } from "./hooks/merge.ts";
import { type Admitted, promptHooks } from "./hooks/prompt-hooks.ts";
import { hookReporter } from "./hooks/report.ts";
import { type SessionHooks, sessionHooks } from "./hooks/session-hooks.ts";
import { type TaskHooks, taskHooks } from "./hooks/task-hooks.ts";
import { type TurnHooks, turnHooks } from "./hooks/turn-hooks.ts";
import type { LifeControl } from "./member-control.ts";
import type { MemberJob } from "./member-job.ts";

/** Where the loop asks hooks. */
export type HookSeam = "afterCall" | "afterReply" | "lastWord";

/** All hooks of one member's life. */
export interface MemberHooks {
  /** For whoever fires an event of its own. */
  readonly asker: AskerHooks;
  readonly calls: CallHooks;
  readonly tasks: TaskHooks;
  readonly turns: TurnHooks;
  readonly session: SessionHooks;
  readonly seams: Required<Pick<LoopDeps, HookSeam>>;
  readonly admit: (inputs: readonly UserInput[], signal: AbortSignal) => Promise<Admitted>;
  /** Hears what hooks say to people. */
  readonly report: (outcome: HookOutcome) => void;
  /** Ends when the member is to stop: for hooks outside a turn. */
  readonly resting: AbortSignal;
  /** What hooks in the background have said since it was last asked. */
  readonly takeWoken: () => readonly UserInput[];
  /** Called when there is something. */
  readonly onWake: (ring: () => void) => void;
  /** What is put together after them. */
  readonly meet: (life: HookLife) => void;
  readonly close: () => Promise<void>;
}

/** Reads the settings; starts and writes nothing. Throws `policy` when managed hooks cannot be read. */
export async function openMemberHooks(job: MemberJob, control: LifeControl): Promise<MemberHooks> {
  const { team, member, onTrouble } = job;
  const { name: me } = member;
  const resting = new AbortController();
  control.subscribe(() => {
    if (control.isStopping()) resting.abort();
  });
  const life: HookLife = {};
  const background = heardInBackground(team.host.newId);
  const hooks = await openAskerHooks({ ...memberAsker(job, life), onRewake: background.hear });
  const { report, tell } = hookReporter(job);
  const onStop = (why: string): void => {
    onTrouble(new Error(`a hook stops ${me}: ${why}`));
    control.dispatch({ type: "stop", hard: false, why: "asked" });
  };
  const calls = callHooks({ hooks, report });
  const tasks = taskHooks({ hooks, team, by: me, report, onStop });
  const session = sessionHooks({
    hooks,
    envFile: hooks.envFile,
    newId: team.host.newId,
    report,
    onEnv: async (read) => life.addEnv?.(read),
    onStop,
  });
  const turns = turnHooks({ hooks, team, member, tasks, report, onStop, tell });
  const unsubscribe = team.subscribe(({ entry, verdict }) => {
    if (verdict.ok && entry.by === me) session.saw(entry);
  });
  return {
    asker: hooks,
    calls,
    tasks,
    turns,
    session,
    seams: { afterCall: calls.afterCall, afterReply: calls.afterReply, lastWord: turns.lastWord },
    admit: promptHooks({ hooks, team, me, report }),
    report,
    resting: resting.signal,
    takeWoken: background.take,
    onWake: background.onWake,
    meet: (more) => Object.assign(life, more),
    close: async () => {
      unsubscribe();
      await hooks.close();
    },
  };
}

interface Background extends Pick<MemberHooks, "onWake"> {
  readonly hear: (text: string) => void;
  readonly take: MemberHooks["takeWoken"];
}

function heardInBackground(newId: () => string): Background {
  let woken: readonly UserInput[] = [];
  let ring: (() => void) | undefined;
  return {
    hear: (text) => {
      woken = [...woken, { id: `hook:${newId()}`, text: `A hook in the background says:\n${text}` }];
      ring?.();
    },
    take: () => {
      const taken = woken;
      woken = [];
      return taken;
    },
    onWake: (listener) => {
      ring = listener;
    },
  };
}
