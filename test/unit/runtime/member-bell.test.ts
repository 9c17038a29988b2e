import { expect, test } from "vitest";
import { createBell } from "../../../src/runtime/member-bell.ts";

test("a ring ends the wait, and one that came before is not lost", async () => {
  const bell = createBell();
  const order: string[] = [];

  const waiting = bell.wait(null).then(() => order.push("woken"));
  order.push("rings");
  bell.ring();
  await waiting;
  bell.ring();
  bell.ring();
  await bell.wait(null);

  expect(order).toEqual(["rings", "woken"]);
});

test("many rings make one wake-up", async () => {
  const bell = createBell();
  bell.ring();
  bell.ring();
  await bell.wait(null);
  let isWoken = false;

  const waiting = bell.wait(20).then(() => {
    isWoken = true;
    return isWoken;
  });
  await Promise.resolve();

  expect(isWoken).toBe(false);
  expect(await waiting).toBe(true);
});
