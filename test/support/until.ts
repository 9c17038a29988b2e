import { setTimeout as pause } from "node:timers/promises";

/** Waits until `probe` answers something truthy; fails with what it last answered. `within` in ms. */
export async function until<T>(
  probe: () => T | Promise<T>,
  { within = 5_000, every = 10, what = "" }: { within?: number; every?: number; what?: string } = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + within;
  for (;;) {
    const last = await probe();
    if (last) return last as NonNullable<Exclude<T, false>>;
    if (performance.now() > deadline)
      throw new Error(
        `not true within ${within} ms${what ? `: ${what}` : ""} (last: ${JSON.stringify(last)})`,
      );
    await pause(every);
  }
}
