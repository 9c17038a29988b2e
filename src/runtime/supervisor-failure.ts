import { TroupeError } from "../base/errors.ts";
import type { Exit } from "../spawn/backend.ts";
import { exitText } from "./exit-text.ts";
import { START_DEADLINE_MS } from "./liveness.ts";

/** Why a supervisor that was started is not there, in the words it left in its output. */
export function supervisorFailure(end: "late" | Exit, lines: readonly string[]): TroupeError {
  const error = lines.findLast((line) => line.startsWith("error: "))?.slice("error: ".length);
  const hint = lines.findLast((line) => line.startsWith("hint: "))?.slice("hint: ".length);
  const given = { details: { output: lines }, ...(hint === undefined ? {} : { hint }) };
  // Somebody else's supervisor was first while ours came up.
  const first = lines.find((line) => line.includes("already supervised by"));
  if (first !== undefined) return new TroupeError("already_running", error ?? first, given);
  const how =
    end === "late" ? `was not there within ${START_DEADLINE_MS / 1000} s` : `ended: ${exitText(end, [])}`;
  const words = error ?? lines.at(-1);
  return new TroupeError("failed", `the supervisor ${how}${words === undefined ? "" : `: ${words}`}`, given);
}
