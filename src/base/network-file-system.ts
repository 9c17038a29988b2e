import { readFileSync, realpathSync } from "node:fs";
import { isErrno } from "./errors.ts";

/** Types of /proc/self/mountinfo whose files are shared with other machines: appends there are not atomic, watches silent. */
const NETWORK_TYPES: ReadonlySet<string> = new Set([
  "9p",
  "afs",
  "ceph",
  "cifs",
  "drvfs",
  "glusterfs",
  "gpfs",
  "lustre",
  "ncpfs",
  "nfs",
  "nfs4",
  "orangefs",
  "prl_fs",
  "smb3",
  "smbfs",
  "vboxsf",
  "virtiofs",
  "fuse.ceph",
  "fuse.davfs2",
  "fuse.gcsfuse",
  "fuse.glusterfs",
  "fuse.rclone",
  "fuse.s3fs",
  "fuse.sshfs",
  "fuse.vmhgfs-fuse",
]);

/**
 * The type of the network file system that `path` lies on ("nfs4"), undefined when it is local or cannot be known
 * (no /proc). `path` is absolute and exists.
 */
export function networkFileSystem(path: string): string | undefined {
  try {
    const type = fileSystemOf(realpathSync(path), readFileSync("/proc/self/mountinfo", "utf8"));
    return type !== undefined && NETWORK_TYPES.has(type) ? type : undefined;
  } catch (error) {
    if (isErrno(error, "ENOENT", "EACCES", "EPERM")) return undefined;
    throw error;
  }
}

/** The type of the file system of a real path, from the text of /proc/self/mountinfo. Source: proc(5). */
export function fileSystemOf(path: string, mountinfo: string): string | undefined {
  let best = { length: -1, type: "" };
  for (const line of mountinfo.split("\n")) {
    const [left = "", right = ""] = line.split(" - ");
    const point = unescape(left.split(" ")[4] ?? "");
    const [type = ""] = right.split(" ");
    // A later mount on the same point hides the earlier one.
    if (point !== "" && holds(point, path) && point.length >= best.length)
      best = { length: point.length, type };
  }
  return best.length < 0 ? undefined : best.type;
}

function holds(point: string, path: string): boolean {
  return path === point || path.startsWith(point.endsWith("/") ? point : `${point}/`);
}

/** Spaces, tabs, newlines and backslashes stand there as three octal digits. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_all, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
