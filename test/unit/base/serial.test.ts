import { expect, test } from "vitest";
import { createSerial } from "../../../src/base/serial.ts";

test("jobs run in the order they came, one at a time, and a failure is its own job's", async () => {
  const serial = createSerial();
  const steps: string[] = [];
  const job =
    (name: string, fails = false) =>
    async (): Promise<string> => {
      steps.push(`${name} in`);
      await new Promise<void>((resolve) => setImmediate(resolve));
      steps.push(`${name} out`);
      if (fails) throw new Error(name);
      return name;
    };

  const answers = await Promise.allSettled([serial(job("a")), serial(job("b", true)), serial(job("c"))]);

  expect(steps).toEqual(["a in", "a out", "b in", "b out", "c in", "c out"]);
  expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(await serial(job("d"))).toBe("d");
});

test("a job that comes while another one ends still waits for it", async () => {
  const serial = createSerial();
  let running = 0;
  let most = 0;
  const job = async (): Promise<void> => {
    running++;
    most = Math.max(most, running);
    await Promise.resolve();
    running--;
  };

  await Promise.all(Array.from({ length: 20 }, () => serial(job).then(() => serial(job))));

  expect(most).toBe(1);
});
