import { setMaxListeners } from "node:events";
import { withOwnSignal } from "../../base/own-signal.ts";
import type { HookEvent } from "../../protocol/hooks.ts";
import { type Answer, answerOf } from "./answer.ts";
import { EVENT_FACTS } from "./hook-events.ts";
import { shortenAnswer } from "./long-text.ts";
import { type HookOutcome, mergeAnswers, SILENCE } from "./merge.ts";
import type { HookInput, RunDeps } from "./ran.ts";
import type { Handler, HookConfig } from "./read-hooks.ts";
import { runHandler } from "./run-handler.ts";

/** The hooks of one asker: a member, or the person at the command line. */
export interface Hooks {
  /** Whether any hook is set for the event: if not, firing it costs nothing. */
  readonly has: (event: HookEvent) => boolean;
  /** Runs what is set for the event, all at once, and says what it comes to. Never rejects. */
  readonly fire: (
    event: HookEvent,
    payload: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ) => Promise<HookOutcome>;
  /** Ends what still runs in the background. */
  readonly close: () => Promise<void>;
}

export interface HookDeps extends RunDeps {
  readonly config: HookConfig;
  /** The fields of every payload, asked before each firing. */
  readonly common: () => Promise<Readonly<Record<string, unknown>>>;
  /** Where texts that are too long for a model are kept; created when there is one. */
  readonly longTexts: string;
  /** The text without secrets, for those files. */
  readonly hide: (text: string) => string;
  /** Whether a permission rule fits a call; absent: rules are not looked at and the hook runs. */
  readonly fits?: (rule: string, call: { readonly name: string; readonly input: unknown }) => boolean;
  /** A background hook with something to say woke up with it. */
  readonly onRewake?: (text: string) => void;
  /** Trouble with what runs in the background. */
  readonly onTrouble: (problem: string) => void;
}

/** Never fires anything by itself. */
export function openHooks(deps: HookDeps): Hooks {
  const events = new Set(deps.config.handlers.map(({ event }) => event));
  const background = new AbortController();
  setMaxListeners(0, background.signal);
  const running = new Set<Promise<void>>();
  const spent = new Set<Handler>();

  const launch = (handler: Handler, input: HookInput): void => {
    const run = runInBackground(deps, handler, input, background.signal).finally(() => running.delete(run));
    running.add(run);
  };
  return {
    has: (event) => events.has(event),
    fire: async (event, payload, signal) => {
      const matching = events.has(event) ? handlersFor(deps, event, payload) : [];
      const chosen = matching.filter((handler) => !spent.has(handler));
      for (const handler of chosen) if (handler.isOnce) spent.add(handler);
      if (chosen.length === 0) return SILENCE;
      const input = await inputOf(deps, event, payload);
      for (const handler of chosen.filter(isInBackground)) launch(handler, input);
      return mergeAnswers(
        await answersOf(
          deps,
          chosen.filter((handler) => !isInBackground(handler)),
          input,
          signal,
        ),
      );
    },
    close: async () => {
      background.abort();
      await Promise.all(running);
    },
  };
}

/** What matches, in source order; the same handler from several settings files once. */
function handlersFor(
  { config, fits }: HookDeps,
  event: HookEvent,
  payload: Readonly<Record<string, unknown>>,
): readonly Handler[] {
  const { matchOn } = EVENT_FACTS[event];
  const subject = matchOn === undefined ? undefined : payload[matchOn];
  const call = { name: String(payload["tool_name"]), input: payload["tool_input"] };
  const seen = new Set<string>();
  return config.handlers.filter((handler) => {
    if (handler.event !== event) return false;
    if (typeof subject === "string" && !handler.matches(subject)) return false;
    if (handler.rule !== undefined && fits?.(handler.rule, call) === false) return false;
    if (handler.key === undefined) return true;
    if (seen.has(handler.key)) return false;
    seen.add(handler.key);
    return true;
  });
}

/** Trouble with what goes into the payload must not let a guarded call pass by: the hooks run with what there is. */
async function inputOf(
  deps: HookDeps,
  event: HookEvent,
  payload: Readonly<Record<string, unknown>>,
): Promise<HookInput> {
  const whole = { ...(await deps.common()), hook_event_name: event, ...payload };
  return { event, payload: whole, json: JSON.stringify(whole) };
}

function isInBackground({ spec }: Handler): boolean {
  return spec.type === "command" && (spec.async === true || spec.asyncRewake === true);
}

function answersOf(
  deps: HookDeps,
  handlers: readonly Handler[],
  input: HookInput,
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  return withOwnSignal(signal, (own) =>
    Promise.all(
      handlers.map(async (handler) => {
        const answer = answerOf(input.event, handler, await runHandler(deps, handler, input, own));
        return shortenAnswer(answer, deps);
      }),
    ),
  );
}

/** Its answer counts for nothing; with `asyncRewake` exit 2 is a word to the model. */
async function runInBackground(
  deps: HookDeps,
  handler: Handler,
  input: HookInput,
  signal: AbortSignal,
): Promise<void> {
  const ran = await runHandler(deps, handler, input, signal);
  if (ran.kind === "failed") deps.onTrouble(`${handler.name}: ${ran.why}`);
  if (ran.kind !== "output" || ran.code !== 2) return;
  if (handler.spec.type !== "command" || handler.spec.asyncRewake !== true) return;
  const { context = "" } = await shortenAnswer({ handler, context: ran.stderr.trim() }, deps);
  deps.onRewake?.(`[${handler.source.label}] ${context}`);
}
