// One process of a workload: told what to prepare, says READY, starts at the instant it is given, reports, and again.
import { createInterface } from "node:readline";
import { dropWatchEvents, prepareBroadcast, prepareDelivery } from "./delivery.mjs";
import { repeatSteps, steps } from "./steps.mjs";

if (process.argv.includes("--deaf")) dropWatchEvents();

async function prepare(spec) {
  if (spec.workload === "delivery") return prepareDelivery(spec);
  if (spec.workload === "broadcast") return prepareBroadcast(spec);
  const opened = await steps[spec.workload][spec.impl](spec);
  return { run: () => repeatSteps(opened, spec), close: opened.close };
}

/** The monotonic clock, which all processes of a machine share. */
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

function waitUntil(instantMs) {
  const milliseconds = instantMs - nowMs();
  if (milliseconds > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);
let prepared;
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  if (order.prepare) {
    prepared = await prepare(order.prepare);
    say("READY");
  } else {
    waitUntil(order.goMs);
    const startMs = nowMs();
    const result = await prepared.run();
    await prepared.close();
    say({ ...result, startMs });
  }
}
