import { expect, test } from "vitest";
import { createPlaces } from "../../../src/agent/places.ts";
import { until } from "../../support/until.ts";

const never = new AbortController().signal;

test("who finds no place waits, in the order of coming", async () => {
  const places = createPlaces(2);
  const came: string[] = [];
  const take = async (who: string): Promise<(() => void) | undefined> => {
    const leave = await places.take(never);
    came.push(who);
    return leave;
  };

  const [one, two] = [await take("one"), await take("two")];
  const [three, four] = [take("three"), take("four")];
  expect(came).toEqual(["one", "two"]);

  two?.();
  two?.();
  await until(() => came.length === 3);
  one?.();
  await Promise.all([three, four]);

  expect(came).toEqual(["one", "two", "three", "four"]);
});

test("whose signal comes gets none, and the next in line does not lose its turn", async () => {
  const places = createPlaces(1);
  const gone = new AbortController();
  const first = await places.take(never);
  const second = places.take(gone.signal);
  const third = places.take(never);

  gone.abort();
  expect(await second).toBeUndefined();
  first?.();
  const leave = await third;
  leave?.();

  expect(await places.take(gone.signal)).toBeUndefined();
  expect(await places.take(never)).toBeDefined();
});
