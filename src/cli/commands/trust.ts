import { resolve } from "node:path";
import { z } from "zod";
import { defineCommand } from "../command.ts";

export const trust = defineCommand({
  name: "trust",
  summary:
    "Let the files of a folder start and allow things: hooks, servers, allow rules; shows what before it asks.",
  examples: [
    { line: "troupe trust --yes", note: "this folder and what is below it", exit: 0 },
    { line: "troupe trust --list", note: "the folders that are trusted", exit: 0 },
    { line: "troupe trust --remove", note: "a stranger again; its files can only forbid", exit: 0 },
  ],
  arguments: [["[dir]", "the folder; default this one"]],
  options: [
    ["--remove", "trust it no longer"],
    ["--list", "show the trusted folders"],
  ],
  input: z.object({
    dir: z.string().min(1).optional(),
    remove: z.boolean().default(false),
    list: z.boolean().default(false),
  }),
  notForAgents: true,
  run: async ({ dir: named, remove, list }, context, signal) => {
    const { addTrust, removeTrust, showTrusted } = await import("../trust-view.ts");
    if (list) return showTrusted(context);
    const dir = resolve(context.host.cwd, named ?? ".");
    return remove ? removeTrust(context, dir) : addTrust(context, dir, signal);
  },
});
