import { expect, test } from "vitest";
import { fileSystemOf, networkFileSystem } from "../../../src/base/network-file-system.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const mountinfo = `22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
30 22 0:26 / /home rw shared:2 - nfs4 server:/home rw,vers=4.2
31 30 0:27 / /home/ann/local rw - btrfs /dev/vdb rw
32 22 0:28 / /mnt/c rw - 9p C:\\ rw
33 22 0:29 / /media/my\\040disk rw master:1 propagate_from:2 - cifs //nas/x rw
34 22 0:30 / /over rw - ext4 /dev/vdc rw
35 34 0:31 / /over rw - fuse.sshfs host:/ rw
`;

test.each([
  ["/srv/.claude/teams/demo", "ext4"],
  ["/home/ann/.claude/teams/demo", "nfs4"],
  ["/home", "nfs4"],
  ["/homes/ann", "ext4"],
  ["/home/ann/local/x", "btrfs"],
  ["/mnt/c/Users/ann", "9p"],
  ["/media/my disk/teams", "cifs"],
  ["/over/x", "fuse.sshfs"],
])("H4 %s lies on %s", (path, type) => {
  expect(fileSystemOf(path, mountinfo)).toBe(type);
});

test("H4 nothing is known from an empty list", () => {
  expect(fileSystemOf("/work", "")).toBeUndefined();
});

test("H4 a temporary folder of this machine is local, and a path that is not there is no error", () => {
  expect(networkFileSystem(tempFolder())).toBeUndefined();
  expect(networkFileSystem("/nowhere/at/all")).toBeUndefined();
});
