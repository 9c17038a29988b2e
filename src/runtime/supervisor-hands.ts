import { setTimeout as pause } from "node:timers/promises";
import type { InstanceId } from "../protocol/names.ts";
import { stopTagged } from "../spawn/stop-process.ts";
import { sendMessage } from "../team/mail.ts";
import type { Member } from "../team/state.ts";
import type { Team } from "../team/team.ts";
import { instanceTag } from "./child-env.ts";
import { stopMember } from "./stop-member.ts";
import { STOP_LIMITS } from "./stop-team.ts";
import { settleLife } from "./supervisor-settle.ts";
import type { Action } from "./supervisor-step.ts";

type ActionOf<K extends Action["kind"]> = Extract<Action, { kind: K }>;

/** To the next try after a stop that could not be written down, in ms. */
const AGAIN_MS = 1_000;

/** What a supervisor does about lives that are over, or shall be. */
export interface Hands {
  readonly recordEnd: (action: ActionOf<"record">) => Promise<void>;
  readonly giveUp: (action: ActionOf<"give_up">) => Promise<void>;
  /** Begins it, once a life; the escalation takes its time. */
  readonly stop: (member: Member) => void;
  /** Ends what an agent that is over started and left, once a life: also one that ended by itself in good order. */
  readonly clear: (member: Member) => Promise<void>;
  /** Waits for what was begun. */
  readonly settled: () => Promise<void>;
}

interface Parts {
  readonly team: Team;
  readonly log: (line: string) => void;
  /** Called when a stop is over. Must not throw. */
  readonly ring: () => void;
}

export function supervisorHands({ team, log, ring }: Parts): Hands {
  const stops = new Map<InstanceId, Promise<void>>();
  const cleared = new Set<InstanceId>();

  /** Tool processes of a dead agent, whatever session they are in. */
  async function endDescendants({ name, life }: Member): Promise<void> {
    if (!life) return;
    const ended = await stopTagged(instanceTag(life.instance));
    cleared.add(life.instance);
    if (ended > 0) log(`${name}: ended ${ended} of its processes`);
  }

  async function tell(member: Member, detail: string): Promise<void> {
    const lead = [...team.state().members.values()].find((other) => other.lead && !other.left);
    const to = lead && lead.name !== member.name ? ["user", lead.name] : ["user"];
    const text = `${member.name} was given up: ${detail}. Its tasks are free again.`;
    const sent = await sendMessage(team, "system", { to, text, kind: "system" });
    if (!sent.ok) log(`${member.name}: nobody was told: ${sent.reason.kind}`);
  }

  async function seeToStop(member: Member): Promise<void> {
    const patience = { limits: STOP_LIMITS, signal: new AbortController().signal };
    try {
      log(`${member.name}: stopped (${await stopMember(team, "system", member, patience)})`);
    } catch (error) {
      // A boundary: nobody awaits this. The journal's trouble meets the supervisor's next look too.
      log(`${member.name}: not stopped: ${String(error)}`);
      await pause(AGAIN_MS);
      if (member.life) stops.delete(member.life.instance);
    }
    ring();
  }

  return {
    recordEnd: async ({ member, how, detail }) => {
      await settleLife(team, "system", member, { how, detail });
      log(`${member.name}: ${how}: ${detail}`);
      await endDescendants(member);
    },
    giveUp: async ({ member, detail }) => {
      // First, so that a process that hangs in its start cannot come up after it was given up.
      await endDescendants(member);
      await settleLife(team, "system", member, { how: "failed", detail });
      log(`${member.name}: given up: ${detail}`);
      await tell(member, detail);
    },
    stop: (member) => {
      const instance = member.life?.instance;
      if (instance && !stops.has(instance)) stops.set(instance, seeToStop(member));
    },
    clear: async (member) => {
      if (member.life?.ended && !cleared.has(member.life.instance)) await endDescendants(member);
    },
    settled: async () => {
      await Promise.all(stops.values());
    },
  };
}
