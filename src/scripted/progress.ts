import { createHash } from "node:crypto";
import { factsOf } from "./conversation.ts";
import { FIRST_PLACE, match, type Place } from "./match.ts";
import { type ReplyMessage, replyMessage } from "./reply-message.ts";
import type { ModelRequest } from "./request.ts";
import type { Fault, Script } from "./script.ts";
import { inputTokens, isMarked, requestParts } from "./usage.ts";

export interface Answer {
  readonly turn: number;
  readonly line: number;
  readonly message: ReplyMessage;
  readonly delayMs: number;
  readonly fault: Fault | undefined;
}

export type Decision =
  | { readonly ok: true; readonly answer: Answer }
  /** `why` is one sentence that names the nearest rule. */
  | { readonly ok: false; readonly turn: number; readonly why: string };

/** How far every agent is in the script. */
export interface Progress {
  readonly next: (agent: string, request: ModelRequest) => Decision;
}

interface AgentProgress {
  turn: number;
  place: Place;
  /** Parts of the request before, which the cache holds. */
  parts: readonly string[];
  /** Answers by the hash of the messages that they answered. */
  readonly answers: Map<string, Answer>;
}

/**
 * Keeps the place of each agent for the life of the server, so an agent that is started again goes on. A request with the
 * messages of an earlier one is that request sent again (the answer was lost): it gets the same answer and is not a turn,
 * unless that answer was a fault.
 */
export function openProgress(script: Script, newId: () => string): Progress {
  const agents = new Map<string, AgentProgress>();

  function next(agent: string, request: ModelRequest): Decision {
    const name = agent.toLowerCase();
    const progress = agents.get(name) ?? newcomer();
    agents.set(name, progress);
    const parts = requestParts(request);
    // The first two parts are tools and system; the conversation is the rest.
    const key = createHash("sha256").update(parts.slice(2).join("\n")).digest("base64");
    const again = progress.answers.get(key);
    if (again) return { ok: true, answer: again };

    progress.turn += 1;
    const { turn } = progress;
    const rules = script.agents.get(name) ?? script.agents.get("*");
    if (rules === undefined) return { ok: false, turn, why: unknownAgent(agent, script) };
    const facts = factsOf(request.messages, turn);
    const found = match(rules, progress.place, facts);
    if (!found.ok) {
      const last = facts.results.map(({ tool, text }) => `${tool}: ${text}`).join("\n") || facts.text;
      return { ok: false, turn, why: noRule(script, { agent, turn, last }, found.nearest) };
    }
    progress.place = found.place;
    const input = inputTokens(parts, progress.parts, isMarked(request));
    progress.parts = parts;
    const { reply, line } = found;
    const message = replyMessage(reply, found.captures, { label: script.model, input, newId });
    const answer = { turn, line, message, delayMs: reply.delayMs, fault: reply.fault };
    if (!isLost(reply.fault)) progress.answers.set(key, answer);
    return { ok: true, answer };
  }

  return { next };
}

function newcomer(): AgentProgress {
  return { turn: 0, place: FIRST_PLACE, parts: [], answers: new Map() };
}

/** Whether the caller gets no whole answer because of the fault. */
function isLost(fault: Fault | undefined): boolean {
  return fault !== undefined && Object.keys(fault).some((field) => field !== "slow");
}

function unknownAgent(agent: string, script: Script): string {
  return `${script.name} has no rules for the agent ${agent}; it has rules for ${[...script.agents.keys()].join(", ")}`;
}

function noRule(
  script: Script,
  { agent, turn, last }: { agent: string; turn: number; last: string },
  nearest: { readonly line: number; readonly why: string } | undefined,
): string {
  const seen = JSON.stringify(last.length > 300 ? `${last.slice(0, 300)}…` : last);
  const near = nearest
    ? `nearest is ${script.name}:${nearest.line}: ${nearest.why}`
    : `${script.name} has none for it`;
  return `no rule of the agent ${agent} matches its request ${turn}; ${near}; the request ends with ${seen}`;
}
