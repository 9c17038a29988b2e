import { type Chance, chanceOf } from "./chaos-random.ts";

/** Asks the lead for tasks. */
export const PLAN = "PLAN";
/** Asks a member what it knows of the tasks. */
export const CENSUS = "CENSUS";

export interface ScriptPlan {
  readonly workers: readonly string[];
  readonly seed: number;
  /** How long a reply takes, in ms. */
  readonly delayMs: number;
  /** Replies that never come cost their caller two minutes. */
  readonly hangs: boolean;
}

/** Every one so many requests of an agent meets a fault. */
const FAULT_EACH = 25;
const FAULT_TURNS = 3_000;

/** Agents that claim, write, run, edit, tell one another and complete, for as long as there are tasks. */
export function chaosScript({ workers, seed, delayMs, hangs }: ScriptPlan): unknown {
  const chance = chanceOf(seed);
  const names = [...workers, "lead"];
  return {
    agents: {
      lead: [...faults(chance, hangs), ...leadRules(delayMs)],
      ...Object.fromEntries(
        workers.map((name) => [
          name,
          [...faults(chance, hangs), ...workerRules(name, names, delayMs, chance)],
        ]),
      ),
      "*": workerRules("other", ["lead"], delayMs, chance),
    },
  };
}

function faults(chance: Chance, hangs: boolean): unknown[] {
  const kinds = [
    { status: 429, retryAfterMs: 300 },
    { status: 529 },
    { status: 500 },
    { cut: 0 },
    { cut: 300 },
    { cut: 700 },
    { slow: 5 },
  ];
  const rules: unknown[] = [];
  for (let turn = 3; turn < FAULT_TURNS; turn += 1 + Math.floor(chance.next() * 2 * FAULT_EACH)) {
    const fault = hangs && chance.next() < 0.02 ? { hang: true } : chance.pick(kinds);
    rules.push({
      turn,
      fault,
      say: "This reply does not arrive whole, and is long enough to be cut in its middle.",
    });
  }
  return rules;
}

const census = (delayMs: number): readonly unknown[] => [
  {
    text: `/${CENSUS} (?<last>\\d+)/`,
    times: "any",
    delayMs,
    call: [
      { tool: "TaskList", input: {} },
      { tool: "TaskGet", input: { task: "${last}" } },
    ],
    next: [{ say: "That is what I know." }],
  },
];

/** A call that creates a task; the script fills in the batch that was asked for. */
const task = (word: string, more: object = {}): unknown => ({
  tool: "TaskCreate",
  input: {
    subject: `Make part ${word} of \${batch}`,
    description: "A file, a line in it, a word to a colleague.",
    ...more,
  },
});

function leadRules(delayMs: number): unknown[] {
  return [
    ...census(delayMs),
    {
      text: `/${PLAN} (?<batch>\\w+)/`,
      times: "any",
      delayMs,
      call: [task("one"), task("two"), task("three", { priority: 2 })],
      next: [
        {
          result: "/created #(?<first>\\d+)/",
          call: [task("four", { blockedBy: ["${first}"] })],
          delayMs,
        },
        { say: "Planned." },
      ],
    },
    {
      text: "/Task #(?<held>\\d+) .* is held/",
      times: "any",
      delayMs,
      call: [{ tool: "TaskUpdate", input: { task: "${held}", status: "reopened" } }],
      next: [{ say: "Again." }],
    },
    { say: "I see.", times: "any", delayMs },
  ];
}

function workerRules(name: string, names: readonly string[], delayMs: number, chance: Chance): unknown[] {
  const file = `${name}/task-\${task}.txt`;
  const tell = (): unknown => ({
    tool: "SendMessage",
    input: {
      to: chance.pick(names.filter((other) => other !== name)),
      text: `Part of task \${task} is there: ${"see the file. ".repeat(1 + Math.floor(chance.next() * 20))}`,
      task: "${task}",
    },
  });
  const work = {
    times: "any",
    instead: true,
    delayMs,
    call: [{ tool: "Write", input: { file_path: file, content: "one\ntwo\n" } }],
    next: [
      {
        delayMs,
        call: [
          { tool: "Bash", input: { command: `sleep 0.${1 + Math.floor(chance.next() * 5)}; wc -l ${file}` } },
          tell(),
        ],
      },
      {
        delayMs,
        call: [{ tool: "Edit", input: { file_path: file, old_string: "two", new_string: "three" } }, tell()],
      },
      {
        delayMs,
        call: [
          tell(),
          {
            tool: "TaskUpdate",
            input: { task: "${task}", status: "completed", result: "A file, as it was asked for." },
          },
        ],
      },
      { say: "Done.", delayMs },
    ],
  };
  return [
    ...census(delayMs),
    { text: "/You claimed task #(?<task>\\d+)/", ...work },
    { text: "/You own #(?<task>\\d+)/", ...work },
    { text: "/You still own task #(?<task>\\d+)/", ...work },
    { text: "/Your process was started again/", times: "any", instead: true, say: "I am back.", delayMs },
    { text: "/Your claim has ended/", times: "any", instead: true, say: "I stop.", delayMs },
    { say: "I see.", times: "any", delayMs },
  ];
}
