import { z } from "zod";
import { TroupeError } from "../../base/errors.ts";
import { defineCommand } from "../command.ts";

export const doctor = defineCommand({
  name: "doctor",
  summary:
    "Check the program, the state folder, the teams and the model; exit 1 when something is left to do.",
  examples: [
    { line: "troupe doctor", note: "all teams; changes nothing", exit: 1 },
    { line: "troupe doctor --fix", note: "repairs what a crash left, a line each", exit: 1 },
    { line: "troupe doctor --team parser-build --json", note: "one team, for a bug report", exit: 1 },
  ],
  options: [["--fix", "repair what can be repaired; may be killed and begun again"]],
  input: z.object({ fix: z.boolean().default(false) }),
  run: async ({ fix }, context, signal) => {
    const agent = context.host.env["TROUPE_AGENT"] ?? "";
    if (fix && agent !== "")
      throw new TroupeError(
        "not_for_agents",
        `troupe doctor --fix is for people; you are ${agent}, an agent of a team`,
        {
          hint: "troupe doctor changes nothing",
        },
      );
    const { examine } = await import("../doctor/examine.ts");
    return examine(context, fix, signal);
  },
});
