import { z } from "zod";
import { defineCommand } from "../command.ts";

export const demo = defineCommand({
  name: "demo",
  summary: "Watch a scripted team build a calculator: real processes, no key, no network, no AI.",
  examples: [
    { line: "troupe demo", note: "ends by itself in less than 40 s", exit: 0 },
    { line: 'troupe demo "2*(3+4)-5"', note: "computes this with the program the team has built", exit: 0 },
    { line: "troupe demo --keep", note: "keeps the program and the team's files", exit: 0 },
  ],
  arguments: [["[expression]", "what the built program is to compute"]],
  options: [["--keep", "keep the folders and name them"]],
  // An expression may begin with a minus.
  dashArguments: true,
  input: z.object({
    expression: z
      .string()
      .refine((text) => !text.startsWith("--"), "there is no such flag")
      .default("2*(3+4)-5"),
    keep: z.boolean().default(false),
  }),
  run: async ({ expression, keep }, context, signal) => {
    const { readScript } = await import("../../scripted/read-script.ts");
    const { startScriptedModel } = await import("../../scripted/server.ts");
    const { runDemo } = await import("../demo-run.ts");
    const startModel = async (path: string) =>
      startScriptedModel({ script: await readScript(path), host: context.host });
    return runDemo({ context, expression, keep, startModel }, signal);
  },
});
