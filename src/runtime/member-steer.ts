import { sameName } from "../protocol/names.ts";
import { memberNamed } from "../team/derive.ts";
import { interruptedInput } from "./inputs.ts";
import type { MemberJob } from "./member-job.ts";
import type { Living } from "./member-work.ts";

/** What the user or the lead decides about this life as it goes on, from now on until `close`. */
export function watchControls(
  { team, member, instance }: MemberJob,
  { parts, control }: Pick<Living, "parts" | "control">,
): { readonly close: () => void } {
  const close = team.subscribe(({ entry, verdict }) => {
    if (!verdict.ok || entry.op !== "control" || !sameName(entry.member, member.name)) return;
    // An entry of a former life that is read late says nothing to this one.
    if (memberNamed(team.state(), member.name)?.life?.instance !== instance) return;
    // The next turn, and the next call, ask for it.
    if (entry.what === "model" || entry.what === "mode") return;
    if (entry.what === "compact") {
      parts.compaction.want();
      control.dispatch({ type: "input" });
      return;
    }
    if (entry.what === "interrupt" && control.life().status === "working")
      parts.intake.keep(interruptedInput(entry.by, entry.id));
    control.dispatch({ type: entry.what });
  });
  return { close };
}
