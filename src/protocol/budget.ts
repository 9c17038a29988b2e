import { z } from "zod";

/**
 * How much may be spent from the beginning of the team on. usd: US dollars, by troupe's own price table. tokens: input,
 * cache writes and output; what is read from a cache is not counted. turns: model calls. minutes: of wall time with a
 * supervisor for a team, with a process for a member. What is absent has no limit.
 */
export const Budget = z.looseObject({
  usd: z.number().positive().max(1_000_000).optional(),
  tokens: z.int().positive().max(1_000_000_000_000).optional(),
  turns: z.int().positive().max(1_000_000_000).optional(),
  minutes: z.number().positive().max(10_000_000).optional(),
});
export type Budget = z.infer<typeof Budget>;

export const BUDGET_PARTS = ["usd", "tokens", "turns", "minutes"] as const;
export type BudgetPart = (typeof BUDGET_PARTS)[number];

/** In a team file: a number is dollars. */
export const FileBudget = z.union(
  [
    Budget.shape.usd.unwrap().transform((usd) => ({ usd })),
    z
      .strictObject(Budget.shape)
      .refine((limits) => Object.keys(limits).length > 0, "give usd, tokens, turns or minutes"),
  ],
  { error: "dollars as a number above 0, or an object with usd, tokens, turns (whole numbers), minutes" },
);

/** The last word on each limit: what is absent stays, null takes the limit away. */
export const BudgetChange = {
  usd: Budget.shape.usd.unwrap().nullish(),
  tokens: Budget.shape.tokens.unwrap().nullish(),
  turns: Budget.shape.turns.unwrap().nullish(),
  minutes: Budget.shape.minutes.unwrap().nullish(),
};
export type BudgetChange = { readonly [P in BudgetPart]?: number | null | undefined };
