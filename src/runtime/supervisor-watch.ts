import type { InstanceId } from "../protocol/names.ts";
import { isByHand } from "../team/derive.ts";
import { sweep } from "../team/rescue.ts";
import type { Member } from "../team/state.ts";
import type { Folded, Team } from "../team/team.ts";
import { deathWatch, findInstance, lifeOf } from "./liveness.ts";
import { supervisorHands } from "./supervisor-hands.ts";
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

/** The supervisor's eyes: sees how every member lives, and has done what `decide` says. */
export interface MemberWatch {
  /** One look at everybody, on the state at hand. Throws what the journal throws. */
  readonly look: () => Promise<void>;
  /** Something is about to change that makes no entry: look again soon. */
  readonly isBusy: () => boolean;
  /** Waits for stops that are under way. */
  readonly settled: () => Promise<void>;
  readonly close: () => void;
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
  const { team, processes, limits, awakeMs, log } = parts;
  const memories = memberMemories(parts);
  const hands = supervisorHands(parts);
  const isDead = deathWatch(team, awakeMs);
  const wishes = listenForWishes(team);
  let isBusy = false;

  async function see(member: Member): Promise<SeenMember> {
    const instance = member.life?.instance;
    const exit = instance && processes.exitOf(instance);
    const isThere = instance !== undefined && processes.isThere(instance);
    const { verdict: seen, run } = await lifeOf(team, member, { isThere });
    // Who was up and lost its file writes a new one with its next beat: the time to come up begins anew.
    if (run) memories.change(member, { lifeSince: awakeMs() });
    // A child that is over is reported in a moment, and then with the reason.
    const verdict = isThere && seen === "dead" ? "unresponsive" : seen;
    return { member, verdict, memory: memories.of(member), ...(exit === undefined ? {} : { exit }) };
  }

  async function perform(action: Action): Promise<void> {
    const { member } = action;
    if (action.kind === "stop") return hands.stop(member);
    // What throws is decided anew at the next look: nothing is remembered of what was not done.
    if (action.kind === "start") {
      await processes.start(member);
      memories.change(member, { wanted: false, lifeSince: awakeMs() });
      return log(`${member.name}: started`);
    }
    if (action.kind === "record") await hands.recordEnd(action);
    else await hands.giveUp(action);
    if (action.kind === "record" && action.how === "died")
      memories.change(member, afterDeath(memories.of(member), awakeMs(), limits));
    else memories.change(member, { wanted: false, lifeSince: undefined });
  }

  /** A life may be announced together with its process; only one without is for us to fulfil. */
  async function fulfil(member: Member, instance: InstanceId): Promise<void> {
    if (member.life?.instance !== instance || member.life.ended || member.backend === "hand") return;
    if (processes.isThere(instance) || (await findInstance(instance))) return;
    memories.change(member, { ...newMemory(true), wanted: false, lifeSince: awakeMs() });
    await processes.start(member, instance);
    log(`${member.name}: started, as asked`);
  }

  return {
    look: async () => {
      const members = [...team.state().members.values()].filter((member) => !isByHand(member));
      const asked = wishes.take();
      for (const member of members) for (const instance of asked) await fulfil(member, instance);
      const seen = await Promise.all(members.map(see));
      const actions = decide(seen, awakeMs(), limits);
      for (const action of actions) await perform(action);
      await sweep(team, "system", isDead);
      // An agent writes its end down before its process is over.
      for (const member of members)
        if (member.life && !processes.isThere(member.life.instance)) await hands.clear(member);
      isBusy = actions.length > 0 || seen.some(({ verdict }) => verdict === "starting");
    },
    isBusy: () => isBusy,
    settled: hands.settled,
    close: wishes.close,
  };
}

function memberMemories({ awakeMs, isChosen }: WatchParts): {
  readonly of: (member: Member) => MemberMemory;
  readonly change: (member: Member, change: Partial<MemberMemory>) => void;
} {
  const memories = new Map<string, MemberMemory>();
  const recall = (member: Member): MemberMemory => memories.get(member.name) ?? newMemory(isChosen(member));
  return {
    of: (member) => {
      const memory = recall(member);
      const isNewLife = member.life && !member.life.ended && memory.lifeSince === undefined;
      const noted = isNewLife ? { ...memory, lifeSince: awakeMs() } : memory;
      memories.set(member.name, noted);
      return noted;
    },
    change: (member, change) => memories.set(member.name, { ...recall(member), ...change }),
  };
}

/** Lives that somebody else announced: a person wants the member back. */
function listenForWishes(team: Team): {
  readonly take: () => readonly InstanceId[];
  readonly close: () => void;
} {
  let wishes: InstanceId[] = [];
  const close = team.subscribe(({ entry, verdict }: Folded) => {
    if (entry.op === "start" && entry.by !== "system" && verdict.ok) wishes.push(entry.instance);
  });
  return {
    take: () => {
      const taken = wishes;
      wishes = [];
      return taken;
    },
    close,
  };
}
