import { readFileSync } from "node:fs";
import { isErrno } from "../../base/errors.ts";
import type { NoWall } from "./policy.ts";

/** What `bwrap` meant when it could not confine `true`: its own words are about system calls. */
export function whyNoSandbox(
  stderr: string,
  readSystem: (path: string) => string | undefined = systemValue,
): NoWall {
  const said = stderr.trim().split("\n").at(-1) ?? "";
  if (/unknown option/i.test(stderr))
    return { reason: `bubblewrap is too old (${said})`, hint: "install bubblewrap 0.8.0 or later" };
  if (readSystem("/proc/sys/user/max_user_namespaces") === "0")
    return {
      reason: "user namespaces are turned off (user.max_user_namespaces is 0)",
      hint: "sysctl user.max_user_namespaces=10000, as root",
    };
  if (readSystem("/proc/sys/kernel/unprivileged_userns_clone") === "0")
    return {
      reason: "user namespaces are turned off for ordinary users (kernel.unprivileged_userns_clone is 0)",
      hint: "sysctl kernel.unprivileged_userns_clone=1, as root",
    };
  const isRefused = /namespace|uid map|RTM_NEWADDR|loopback|Operation not permitted|Permission denied/i.test(
    stderr,
  );
  if (isRefused && readSystem("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") === "1")
    return {
      reason: "AppArmor keeps bwrap from making user namespaces",
      hint: "give /usr/bin/bwrap an AppArmor profile with `userns,` (Ubuntu: package apparmor-profiles, bwrap-userns-restrict)",
    };
  if (isRefused)
    return {
      reason: `the system does not let bwrap confine programs (${said})`,
      hint: "in a container: allow user namespaces and an unmasked /proc, or let the container itself be the sandbox",
    };
  return {
    reason: said === "" ? "bwrap failed without a word" : `bwrap failed: ${said}`,
    hint: "troupe doctor",
  };
}

function systemValue(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (isErrno(error, "ENOENT", "EACCES", "EPERM")) return undefined;
    throw error;
  }
}
