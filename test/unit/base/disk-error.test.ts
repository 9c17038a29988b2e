import { expect, test } from "vitest";
import { diskError } from "../../../src/base/disk-error.ts";
import { TroupeError } from "../../../src/base/errors.ts";
import { systemError } from "../../support/store-faulty-fs.ts";

test.each([
  ["C1", "ENOSPC", "disk_full"],
  ["C2", "EDQUOT", "disk_full"],
  ["C2", "EFBIG", "disk_full"],
  ["C3", "EMFILE", "store_unreachable"],
  ["C4", "EROFS", "state_dir"],
  ["C5", "EACCES", "state_dir"],
  ["C6", "EIO", "store_unreachable"],
  ["C7", "ESTALE", "store_unreachable"],
  ["C7", "ENOLCK", "store_unreachable"],
])("%s %s is %s, by name also where Node has none, errno and path kept", (_id, errno, code) => {
  const cause = systemError(errno, "write", "/x/1.jsonl");

  const error = diskError(cause, "append to", "/x/1.jsonl");

  expect(error).toMatchObject({ code, message: `cannot append to /x/1.jsonl: ${errno}`, cause });
  expect(error).toMatchObject({ details: { path: "/x/1.jsonl", errno: cause.errno } });
});

test("a bug stays a bug, and an error that explains itself stays as it is", () => {
  const bug = new TypeError("undefined is not a function");
  const explained = new TroupeError("name_taken", "there is one");

  expect([diskError(bug, "read", "/x"), diskError(explained, "read", "/x")]).toEqual([bug, explained]);
});
