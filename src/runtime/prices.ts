import type { CallUsage } from "../agent/events.ts";

/** The day this table was last compared with Anthropic's price list. */
export const PRICES_AS_OF = "2026-11-20";

/** US dollars per million tokens; `cacheWrite` is the price of the cache that lives five minutes. */
interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheWrite: number;
  readonly cacheRead: number;
}

/** Another price for requests whose whole prompt, cache included, is longer than `above` tokens. */
interface Model extends Price {
  readonly long?: Price & { readonly above: number };
}

const FABLE: Price = { input: 10, output: 50, cacheWrite: 12.5, cacheRead: 1 };
const OPUS: Price = { input: 5, output: 25, cacheWrite: 6.25, cacheRead: 0.5 };
const SONNET_4: Price = { input: 3, output: 15, cacheWrite: 3.75, cacheRead: 0.3 };

// Source: platform.claude.com/docs/en/about-claude/pricing and the page of each model, standard tier of the Claude API.
// A model that is not here has no known price: models served by others, and newer ones.
const PRICES: ReadonlyMap<string, Model> = new Map<string, Model>([
  ["claude-fable-5-1", { ...FABLE, cacheRead: 0.25 }],
  ["claude-mythos-5-1", { ...FABLE, cacheRead: 0.25 }],
  ["claude-fable-5", FABLE],
  ["claude-mythos-5", FABLE],
  ["claude-opus-5-5", { input: 4, output: 20, cacheWrite: 5, cacheRead: 0.2 }],
  ["claude-opus-5", OPUS],
  ["claude-opus-4-8", OPUS],
  ["claude-opus-4-7", OPUS],
  ["claude-opus-4-6", OPUS],
  ["claude-opus-4-5", OPUS],
  ["claude-sonnet-5-5", { input: 2, output: 10, cacheWrite: 2.5, cacheRead: 0.1 }],
  ["claude-sonnet-5", { input: 2, output: 10, cacheWrite: 2.5, cacheRead: 0.2 }],
  ["claude-sonnet-4-6", SONNET_4],
  ["claude-sonnet-4-5", SONNET_4],
  [
    "claude-haiku-5-5",
    {
      input: 0.1,
      output: 0.5,
      cacheWrite: 0.125,
      cacheRead: 0.01,
      long: { above: 100_000, input: 0.5, output: 2.5, cacheWrite: 0.625, cacheRead: 0.05 },
    },
  ],
  ["claude-haiku-4-5", { input: 1, output: 5, cacheWrite: 1.25, cacheRead: 0.1 }],
]);

/** What one model call cost in US dollars, or null when the model's price is not known. */
export function callCost(model: string, usage: CallUsage): number | null {
  const entry = rowOf(model);
  return entry === undefined ? null : costBy(entry, usage);
}

/** The same for budgets: a model whose price is not known is as dear as the dearest one. */
export function guardedCost(model: string, usage: CallUsage): number {
  return callCost(model, usage) ?? Math.max(...[...PRICES.values()].map((entry) => costBy(entry, usage)));
}

export function isPriced(model: string): boolean {
  return rowOf(model) !== undefined;
}

/** "claude-haiku-4-5-20251001" is a dated name of claude-haiku-4-5. */
function rowOf(model: string): Model | undefined {
  return PRICES.get(model) ?? PRICES.get(model.replace(/-\d{8}$/, ""));
}

function costBy(entry: Model, usage: CallUsage): number {
  const prompt = usage.input + usage.cacheRead + usage.cacheWrite;
  const price = entry.long !== undefined && prompt > entry.long.above ? entry.long : entry;
  return (
    (usage.input * price.input +
      usage.output * price.output +
      usage.cacheWrite * price.cacheWrite +
      usage.cacheRead * price.cacheRead) /
    1_000_000
  );
}
