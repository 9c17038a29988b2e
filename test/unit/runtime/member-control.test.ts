import { expect, test } from "vitest";
import { createControl, type LifeControl } from "../../../src/runtime/member-control.ts";

function working(): LifeControl {
  const control = createControl();
  control.dispatch({ type: "ready", unfinished: true });
  return control;
}

test("a stop without a running tool call cuts the model call off", () => {
  const control = working();

  control.dispatch({ type: "stop", hard: false, why: "asked" });

  expect([control.isStopping(), control.turn().aborted]).toEqual([true, true]);
});

test("K11 a stop waits for the running tool call, and the next of the same reply is not begun", () => {
  const control = working();
  control.toolStarted();
  control.dispatch({ type: "stop", hard: false, why: "asked" });
  const during = control.turn().aborted;

  control.toolEnded();

  expect([during, control.turn().aborted]).toEqual([false, true]);
});

test("a hard stop waits for nothing", () => {
  const control = working();
  control.toolStarted();
  control.dispatch({ type: "stop", hard: false, why: "asked" });

  control.dispatch({ type: "stop", hard: true, why: "asked" });

  expect(control.turn().aborted).toBe(true);
});

test("without a stop a tool call that ends aborts nothing", () => {
  const control = working();

  control.toolStarted();
  control.toolEnded();

  expect(control.turn().aborted).toBe(false);
});

test("every change of the state is told, and nothing else", () => {
  const control = createControl();
  const seen: string[] = [];
  control.subscribe(() => seen.push(control.life().status));

  control.dispatch({ type: "retry_due" });
  control.dispatch({ type: "ready", unfinished: false });
  control.dispatch({ type: "input" });
  control.dispatch({ type: "input" });
  control.dispatch({ type: "turn_ended", outcome: "finished" });
  control.dispatch({ type: "stop", hard: false, why: "asked" });

  expect(seen).toEqual(["idle", "working", "idle", "stopped"]);
});
