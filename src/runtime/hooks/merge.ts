import type { Behavior } from "../../agent/gate/behavior.ts";
import { safeText } from "../../base/safe-text.ts";
import type { Answer } from "./answer.ts";

/** What all hooks of one event said together. Undefined and empty where none of them said anything. */
export interface HookOutcome {
  /** Why not, or why to go on; for PostToolUse what the model is told. */
  readonly block: string | undefined;
  /** The strictest: deny, ask, allow. */
  readonly permission: Behavior | undefined;
  readonly permissionReason: string | undefined;
  readonly updatedInput: unknown;
  /** Each for the model, with the name of its source in front. */
  readonly context: readonly string[];
  /** The turn ends here, whatever else was said. */
  readonly stop: string | undefined;
  /** For the user. */
  readonly messages: readonly string[];
  /** What went wrong with hooks, for people. */
  readonly problems: readonly string[];
  /** Names of the handlers that refused or stopped. */
  readonly blockers: readonly string[];
  /** PostToolUse: what the model reads instead of the result. */
  readonly updatedOutput: unknown;
  /** PermissionRequest. */
  readonly updatedPermissions: readonly unknown[];
  readonly interrupts: boolean;
  /** PermissionDenied: the model may try again. */
  readonly retries: boolean;
  /** SessionStart: the first input. */
  readonly initialMessage: string | undefined;
  /** UserPromptSubmit: the model gets the context alone. */
  readonly suppressesPrompt: boolean;
  /** WorktreeCreate. */
  readonly path: string | undefined;
}

/** Nothing said. */
export const SILENCE: HookOutcome = {
  block: undefined,
  permission: undefined,
  permissionReason: undefined,
  updatedInput: undefined,
  context: [],
  stop: undefined,
  messages: [],
  problems: [],
  blockers: [],
  updatedOutput: undefined,
  updatedPermissions: [],
  interrupts: false,
  retries: false,
  initialMessage: undefined,
  suppressesPrompt: false,
  path: undefined,
};

const STRICTEST: readonly Behavior[] = ["deny", "ask", "allow"];

/** In the order of the sources, whatever came first: two runs agree. */
export function mergeAnswers(answers: readonly Answer[]): HookOutcome {
  const permission = STRICTEST.find((one) => answers.some((answer) => answer.permission === one));
  const inputs = answers.filter(({ updatedInput }) => updatedInput !== undefined);
  const outputs = answers.filter(({ updatedOutput }) => updatedOutput !== undefined);
  return {
    permission,
    block: joined(answers, ({ block }) => block),
    permissionReason: joined(
      answers.filter((answer) => answer.permission === permission),
      ({ permissionReason }) => permissionReason,
    ),
    updatedInput: inputs[0]?.updatedInput,
    updatedOutput: outputs[0]?.updatedOutput,
    context: answers.flatMap(({ handler, context }) =>
      context === undefined ? [] : [labelled(handler.source.label, context)],
    ),
    stop: joined(answers, ({ stop }) => stop),
    messages: answers.flatMap(({ handler, messages = [] }) =>
      messages.map((message) => safeText(labelled(handler.source.label, message))),
    ),
    problems: [
      ...answers.flatMap(({ problem }) => (problem === undefined ? [] : [safeText(problem)])),
      ...passedOver("input", inputs),
      ...passedOver("output", outputs),
    ],
    blockers: answers
      .filter(
        ({ block, stop, permission: said }) => block !== undefined || stop !== undefined || said === "deny",
      )
      .map(({ handler }) => handler.name),
    updatedPermissions: answers.flatMap(({ updatedPermissions = [] }) => updatedPermissions),
    interrupts: answers.some(({ interrupts }) => interrupts === true),
    retries: answers.some(({ retries }) => retries === true),
    initialMessage: answers.find(({ initialMessage }) => initialMessage !== undefined)?.initialMessage,
    suppressesPrompt: answers.some(({ suppressesPrompt }) => suppressesPrompt === true),
    path: answers.find(({ path }) => path !== undefined)?.path,
  };
}

function labelled(label: string, text: string): string {
  return `[${label}] ${text}`;
}

function joined(
  answers: readonly Answer[],
  textOf: (answer: Answer) => string | undefined,
): string | undefined {
  const texts = answers.flatMap((answer) => {
    const text = textOf(answer);
    return text === undefined ? [] : [labelled(answer.handler.source.label, text)];
  });
  return texts.length === 0 ? undefined : texts.join("\n");
}

function passedOver(what: string, changed: readonly Answer[]): readonly string[] {
  const [first, ...others] = changed;
  return others.map(
    ({ handler }) =>
      `${handler.name}: the ${what} it asked for was passed over for that of ${first?.handler.name ?? ""}`,
  );
}
