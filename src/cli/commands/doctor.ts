import { z } from "zod";
import { defineCommand } from "../command.ts";

export const doctor = defineCommand({
  name: "doctor",
  summary: "Check the program, the state folder, the teams and the model; exit 1 when something is found.",
  examples: [
    { line: "troupe doctor", note: "all teams", exit: 1 },
    { line: "troupe doctor --team parser-build --json", note: "one team, for a bug report", exit: 1 },
  ],
  input: z.object({}),
  run: async (_, context, signal) => {
    const { examine } = await import("../doctor/examine.ts");
    return examine(context, signal);
  },
});
