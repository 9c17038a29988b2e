import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { TroupeError } from "../../../src/base/errors.ts";
import { type Ending, interruptedExit, watchEnding } from "../../../src/cli/ending.ts";
import type { EndSignal } from "../../../src/cli/io.ts";

interface Watched {
  readonly ending: Ending;
  readonly signals: EventEmitter;
  readonly stdout: PassThrough;
  readonly deaths: readonly EndSignal[];
}

function watched(): Watched {
  const signals = new EventEmitter();
  const stdout = new PassThrough();
  const deaths: EndSignal[] = [];
  const ending = watchEnding({
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    onSignal: (name, listener) => signals.on(name, listener),
    offSignal: (name, listener) => signals.off(name, listener),
    die: (name) => deaths.push(name),
  });
  onTestFinished(ending.close);
  return { ending, signals, stdout, deaths };
}

test.each([
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGTERM", 143],
])("G12 the first %s asks for an end in good order, with %i", (name, exit) => {
  const { ending, signals, deaths } = watched();

  signals.emit(name);

  expect(ending.signal.aborted).toBe(true);
  expect(ending.signal.reason).toBeInstanceOf(TroupeError);
  expect([ending.exitCode(), interruptedExit(ending.signal)]).toEqual([exit, exit]);
  expect(deaths).toEqual([]);
});

test("G12 the second signal ends at once, also a process of a team that has no deadline", () => {
  const { ending, signals, deaths } = watched();
  ending.withoutDeadline();

  signals.emit("SIGINT");
  signals.emit("SIGTERM");

  expect(deaths).toEqual(["SIGTERM"]);
  expect(signals.eventNames()).toEqual([]);
});

test("G11 a reader that went away is no error: 0", () => {
  const { ending, stdout } = watched();

  stdout.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));

  expect(ending.signal.aborted).toBe(true);
  expect([ending.exitCode(), ending.outputError(), interruptedExit(ending.signal)]).toEqual([
    0,
    undefined,
    0,
  ]);
});

test("an output that cannot be written for another reason is trouble", () => {
  const { ending, stdout } = watched();
  const full = Object.assign(new Error("write ENOSPC"), { code: "ENOSPC" });

  stdout.emit("error", full);

  expect([ending.exitCode(), ending.outputError()]).toEqual([undefined, full]);
});

test("a signal that comes before the pipe closes keeps its exit code", () => {
  const { ending, signals, stdout } = watched();

  signals.emit("SIGINT");
  stdout.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));

  expect(ending.exitCode()).toBe(130);
});

test("closed, it listens to no signal any more", () => {
  const { ending, signals } = watched();

  ending.close();

  expect(signals.eventNames()).toEqual([]);
});
