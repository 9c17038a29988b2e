import { z } from "zod";
import { FORMAT_VERSION } from "../../protocol/entries.ts";
import { defineCommand } from "../command.ts";
import { readVersion } from "../version.ts";

export const version = defineCommand({
  name: "version",
  summary: "Show the version of troupe, of Node, and of the format on disk.",
  examples: [
    { line: "troupe version", note: "for people", exit: 0 },
    { line: "troupe version --json", note: "an object", exit: 0 },
  ],
  input: z.object({}),
  run: async (_, { screen, flags }) => {
    const found = {
      version: readVersion(),
      node: process.versions.node,
      platform: `${process.platform} ${process.arch}`,
      format: FORMAT_VERSION,
    };
    if (flags.json) screen.json("VersionOutput", found);
    else
      screen.line(`troupe ${found.version} (Node ${found.node}, ${found.platform}, format ${found.format})`);
    return 0;
  },
});
