import { z } from "zod";
import { BUDGET_PARTS, Budget, type BudgetChange } from "../protocol/budget.ts";

const FORM = "an amount in dollars, or limits as usd=5,tokens=2000000,turns=500,minutes=120";

/** `5`, `$5`, `usd=5,tokens=2M`, `tokens=none`: limits that are set, or taken away. */
export const BudgetArgument = z.string().transform((text, context): BudgetChange => {
  const change: { -readonly [P in keyof BudgetChange]: BudgetChange[P] } = {};
  for (const word of text.split(",").map((part) => part.trim())) {
    const [, name = "usd", amount = ""] = /^(?:([a-z]+)=)?\$?([\w.]+)$/i.exec(word) ?? [];
    const part = BUDGET_PARTS.find((known) => known === name.toLowerCase());
    const limit = part === undefined ? undefined : limitOf(part, amount);
    if (part === undefined || limit === undefined || part in change) {
      context.addIssue({ code: "custom", message: `"${word.slice(0, 80)}" is no budget: give ${FORM}` });
      return z.NEVER;
    }
    change[part] = limit;
  }
  return change;
});

/** `2M`, `500k`, `none`; undefined for what is no limit. */
function limitOf(part: (typeof BUDGET_PARTS)[number], text: string): number | null | undefined {
  if (text.toLowerCase() === "none") return null;
  const [, digits, unit = ""] = /^(\d{1,12}(?:\.\d{1,6})?)([km]?)$/i.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const factor = { "": 1, k: 1_000, m: 1_000_000 }[unit.toLowerCase()] ?? 1;
  return Budget.shape[part].unwrap().safeParse(Number(digits) * factor).data;
}
