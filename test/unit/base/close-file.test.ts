import { expect, test } from "vitest";
import { closeFile } from "../../../src/base/close-file.ts";
import type { Fs } from "../../../src/base/files.ts";
import { nodeFiles } from "../../../src/base/node-files.ts";
import { systemError } from "../../support/store-faulty-fs.ts";

const closing = (error: Error): Fs => ({
  ...nodeFiles(),
  close: async () => {
    throw error;
  },
});

test("an error of the system at the close of what was read or synced is none", async () => {
  await expect(
    closeFile(closing(systemError("EIO", "close", "/x")), { path: "/x" }),
  ).resolves.toBeUndefined();
});

test("a bug at a close stays a bug", async () => {
  await expect(closeFile(closing(new Error("opened by another")), { path: "/x" })).rejects.toThrow(
    "opened by",
  );
});
