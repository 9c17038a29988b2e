import type { InstanceId } from "../protocol/names.ts";
import { stopTagged } from "../spawn/stop-process.ts";
import { sendMessage } from "../team/mail.ts";
import { sweep } from "../team/rescue.ts";
import type { Member } from "../team/state.ts";
import type { Folded, Team } from "../team/team.ts";
import { instanceTag } from "./child-env.ts";
import { deathWatch, findInstance, lifeOf } from "./liveness.ts";
import { STOP_LIMITS, stopMember } from "./stop-team.ts";
import { settleLife } from "./supervisor-settle.ts";
import type { MemberProcesses } from "./supervisor-spawn.ts";
import {
  type Action,
  afterDeath,
  decide,
  type MemberMemory,
  newMemory,
  type SeenMember,
  type SupervisorLimits,
} from "./supervisor-step.ts";

/** The supervisor's eyes and hands: sees how every member lives, and does what `decide` says. */
export interface MemberWatch {
  /** One look at everybody, on the state at hand. Throws what the journal throws. */
  readonly look: () => Promise<void>;
  /** Something is about to change that makes no entry: look again soon. */
  readonly isBusy: () => boolean;
  /** Ends the listening and waits for stops that are under way. */
  readonly close: () => Promise<void>;
}

export interface WatchParts {
  readonly team: Team;
  readonly processes: MemberProcesses;
  readonly limits: SupervisorLimits;
  /** Milliseconds in which this machine and process were awake. */
  readonly awakeMs: () => number;
  /** Whom to start; the others rest until somebody asks for them. */
  readonly isChosen: (member: Member) => boolean;
  readonly log: (line: string) => void;
  /** Called when a look is due. Must not throw. */
  readonly ring: () => void;
}

export function memberWatch(parts: WatchParts): MemberWatch {
  const { team, processes, limits, awakeMs, isChosen, log, ring } = parts;
  const memories = new Map<string, MemberMemory>();
  /** Lives that somebody else announced: a person wants the member back. */
  const announced = new Set<InstanceId>();
  const stops = new Map<InstanceId, Promise<void>>();
  const isDead = deathWatch(team, awakeMs);
  const unsubscribe = team.subscribe(({ entry, verdict }: Folded) => {
    if (entry.op === "start" && entry.by !== "system" && verdict.ok) announced.add(entry.instance);
  });
  let busy = false;

  async function see(member: Member): Promise<SeenMember> {
    const { life } = member;
    const memory = memories.get(member.name) ?? newMemory(isChosen(member));
    const isOpen = life !== undefined && life.ended === undefined;
    const noted = isOpen && memory.lifeSince === undefined ? { ...memory, lifeSince: awakeMs() } : memory;
    memories.set(member.name, noted);
    const exit = life && processes.exitOf(life.instance);
    const isThere = life !== undefined && processes.isThere(life.instance);
    const { verdict } = await lifeOf(team, member, { isThere });
    return { member, verdict, memory: noted, ...(exit === undefined ? {} : { exit }) };
  }

  function remember(member: Member, change: Partial<MemberMemory>): void {
    memories.set(member.name, { ...(memories.get(member.name) ?? newMemory(false)), ...change });
  }

  async function perform(action: Action): Promise<void> {
    const { member } = action;
    switch (action.kind) {
      case "start":
        remember(member, { wanted: false, lifeSince: awakeMs() });
        await processes.start(member);
        return log(`${member.name}: started`);
      case "record":
        return recordEnd(action);
      case "give_up":
        return giveUp(action);
      case "stop":
        return stop(member);
    }
  }

  async function recordEnd({ member, how, detail }: Action & { kind: "record" }): Promise<void> {
    const memory = memories.get(member.name) ?? newMemory(true);
    if (how === "died") memories.set(member.name, afterDeath(memory, awakeMs(), limits));
    else remember(member, { lifeSince: undefined, wanted: false });
    await settleLife(team, "system", member, { how, detail });
    log(`${member.name}: ${how}: ${detail}`);
    await endDescendants(member);
  }

  async function giveUp({ member, detail }: Action & { kind: "give_up" }): Promise<void> {
    remember(member, { lifeSince: undefined, wanted: false });
    // First, so that a process that hangs in its start cannot come up after it was given up.
    await endDescendants(member);
    await settleLife(team, "system", member, { how: "failed", detail });
    log(`${member.name}: given up: ${detail}`);
    const lead = [...team.state().members.values()].find((other) => other.lead && !other.left);
    const to = lead && lead.name !== member.name ? ["user", lead.name] : ["user"];
    const text = `${member.name} was given up: ${detail}. Its tasks are free again.`;
    const sent = await sendMessage(team, "system", { to, text, kind: "system" });
    if (!sent.ok) log(`${member.name}: nobody was told: ${sent.reason.kind}`);
  }

  /** Tool processes of a dead agent, whatever session they are in. */
  async function endDescendants({ name, life }: Member): Promise<void> {
    const ended = life ? await stopTagged(instanceTag(life.instance)) : 0;
    if (ended > 0) log(`${name}: ended ${ended} of its processes`);
  }

  function stop(member: Member): void {
    const { life } = member;
    if (!life || stops.has(life.instance)) return;
    const patience = { limits: STOP_LIMITS, signal: new AbortController().signal };
    const done = stopMember(team, "system", member, patience).then(
      (ending) => log(`${member.name}: stopped (${ending})`),
      (error: unknown) => log(`${member.name}: not stopped: ${String(error)}`),
    );
    stops.set(life.instance, done.finally(ring));
  }

  /** An announcement may come with its process; only one without is for us to fulfil. */
  async function fulfil(member: Member): Promise<void> {
    const { life } = member;
    if (!life || life.ended || !announced.delete(life.instance)) return;
    if (processes.isThere(life.instance) || (await findInstance(life.instance))) return;
    remember(member, { ...newMemory(false), startableAt: 0, lifeSince: awakeMs() });
    await processes.start(member, life.instance);
    log(`${member.name}: started, as asked`);
  }

  return {
    look: async () => {
      const members = [...team.state().members.values()].filter(({ backend }) => backend === "child");
      if (announced.size > 0) for (const member of members) await fulfil(member);
      const seen = await Promise.all(members.map(see));
      const actions = decide(seen, awakeMs(), limits);
      for (const action of actions) await perform(action);
      await sweep(team, "system", isDead);
      busy = actions.length > 0 || seen.some(({ verdict }) => verdict === "starting");
    },
    isBusy: () => busy,
    close: async () => {
      unsubscribe();
      await Promise.all(stops.values());
    },
  };
}
