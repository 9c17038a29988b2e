import { BUDGET_PARTS, type Budget, type BudgetChange, type BudgetPart } from "../protocol/budget.ts";
import type { Told } from "../team/state.ts";

/** What was spent so far, in the units of the limits. */
export type Spent = { readonly [P in BudgetPart]: number };

/** The limit that is nearest to its end. */
export interface BudgetUse {
  readonly part: BudgetPart;
  readonly spent: number;
  readonly limit: number;
  /** 1 = all of it. */
  readonly used: number;
  /** For people: `$4.02 of $5.00`. */
  readonly text: string;
}

const WARN = 0.8;

/** Undefined when there is no limit. */
export function mostUsed(limits: Budget, spent: Spent): BudgetUse | undefined {
  let most: BudgetUse | undefined;
  for (const part of BUDGET_PARTS) {
    const limit = limits[part];
    if (limit === undefined) continue;
    const used = spent[part] / limit;
    if (most !== undefined && most.used >= used) continue;
    most = { part, spent: spent[part], limit, used, text: usedText(part, spent[part], limit) };
  }
  return most;
}

/** No model call is made any more. */
export function isReached({ used }: BudgetUse): boolean {
  return used >= 1;
}

/** Which part of it people are to be told of. */
export function toTell(use: BudgetUse): Told | undefined {
  if (isReached(use)) return 100;
  return use.used >= WARN ? 80 : undefined;
}

function usedText(part: BudgetPart, spent: number, limit: number): string {
  if (part === "usd") return `${usdText(spent, limit)} of ${usdText(limit, limit)}`;
  return `${plain(Math.floor(spent))} of ${amountText(part, limit)}`;
}

/** What a limit is changed to, for people. */
export function changeText(change: BudgetChange): string {
  const texts = BUDGET_PARTS.flatMap((part) => {
    const limit = change[part];
    if (limit === undefined) return [];
    return [limit === null ? `no limit in ${UNITS[part]}` : amountText(part, limit)];
  });
  return `from now on ${texts.join(", ")}`;
}

/** The limits of a budget, for people; null is none. */
export function limitsText(limits: BudgetChange): string {
  const texts = BUDGET_PARTS.flatMap((part) => {
    const limit = limits[part] ?? undefined;
    return limit === undefined ? [] : [amountText(part, limit)];
  });
  return texts.length === 0 ? "no limit" : texts.join(", ");
}

/** A limit that goes on from here, as a person would choose it: about twice as much. Typed behind `--budget`. */
export function nextLimit({ part, spent, limit }: BudgetUse): string {
  const next = Math.max(limit * 2, limit + spent);
  return part === "usd" ? String(roundUp(next)) : `${part}=${Math.ceil(next)}`;
}

const UNITS: Readonly<Record<BudgetPart, string>> = {
  usd: "dollars",
  tokens: "tokens",
  turns: "model calls",
  minutes: "minutes",
};

function amountText(part: BudgetPart, amount: number): string {
  return part === "usd" ? usdText(amount, amount) : `${plain(amount)} ${UNITS[part]}`;
}

/** Cents; of a limit below ten cents as much as it takes. */
function usdText(usd: number, limit: number): string {
  return `$${usd.toFixed(limit < 0.1 ? 4 : 2)}`;
}

function plain(amount: number): string {
  return String(amount).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ",");
}

function roundUp(usd: number): number {
  return usd < 1 ? Math.ceil(usd * 10_000) / 10_000 : Math.ceil(usd);
}
