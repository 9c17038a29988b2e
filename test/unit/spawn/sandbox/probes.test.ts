import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { noSandbox, type Sandbox } from "../../../../src/base/sandbox.ts";
import { isProcessNamed } from "../../../support/process-named.ts";
import { PROBES, type ProbePlace } from "../../../support/sandbox-probes.ts";
import {
  bash,
  contentOf,
  HAS_BWRAP,
  opened,
  type Ran,
  runIn,
  type SandboxWorld,
  sandboxWorld,
} from "../../../support/sandbox-world.ts";
import { hasTool } from "../../../support/tools.ts";
import { until } from "../../../support/until.ts";

const HAS_PARTS = [
  "perl -e1",
  "tmux -V",
  "script --version",
  "ipcmk --version",
  "unshare --version",
  "git --version",
].every((line) => hasTool(...(line.split(" ") as [string, ...string[]])));
const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;

function answering(): Server {
  return createServer((peer) => peer.destroy());
}

async function listening(server: Server, at: object): Promise<void> {
  server.listen(at);
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
  });
}

function started(argv: readonly [string, ...string[]], env: Readonly<Record<string, string>>): ChildProcess {
  const [program, ...args] = argv;
  const child = spawn(program, args, { env: { ...env }, stdio: "ignore" });
  const gone = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await gone;
  });
  return child;
}

/** What probes reach for: a repository, sockets, a tmux server, a process with a secret, names in shared folders. */
async function probePlace(world: SandboxWorld, uid: number): Promise<ProbePlace> {
  const { home, work, outside, env } = world;
  const name = `probe-${process.pid}-${uid}`;
  const as = uid === process.getuid?.() ? [] : asUser(uid);
  execFileSync("git", ["init", "--quiet", work], { env: { ...env } });
  writeFileSync(join(work, ".git/hooks/pre-commit"), "#!/bin/sh\n", { mode: 0o755 });
  const shared = ["/tmp", "/var/tmp", "/dev/shm"].map((folder) => join(folder, name));
  for (const path of shared) writeFileSync(path, "");
  onTestFinished(() => shared.forEach((path) => rmSync(path)));
  const tmux = join(work, "tmux");
  const socket = join(work, "socket");
  await listening(answering(), { path: socket });
  started(["perl", "-MSocket", "-e", abstractServer(name)], env);
  await until(() => readFileSync("/proc/net/unix", "utf8").includes(name));
  if (IS_ROOT) await listening(answering(), { path: `/run/${name}` });
  const tcp = answering();
  await listening(tcp, { port: 0, host: "127.0.0.1" });
  const address = tcp.address();
  chmodSync(join(home, ".."), 0o755);
  for (const path of [
    home,
    ...readdirSync(home, { recursive: true, encoding: "utf8" }).map((each) => join(home, each)),
  ])
    chownSync(path, uid, uid);
  chmodSync(socket, 0o777);
  const run = (...argv: readonly string[]): string => {
    const [program = "", ...args] = [...as, ...argv];
    return execFileSync(program, args, { env: { ...env, SHELL: "/bin/sh" }, encoding: "utf8" });
  };
  run("tmux", "-S", tmux, "-f", "/dev/null", "new-session", "-d", "sleep 300");
  onTestFinished(() => {
    run("tmux", "-S", tmux, "kill-server");
  });
  const memory = /\d+/.exec(run("ipcmk", "-M", "64"))?.[0] ?? "";
  onTestFinished(() => {
    run("ipcrm", "-m", memory);
  });
  const canary = `canary${process.pid}x${uid}`;
  // exec: setpriv becomes it, so that the number stays.
  const secretive = started(["/bin/sh", "-c", 'exec "$@"', "sh", ...as, "sleep", "300"], {
    ...env,
    SECRET: canary,
  });
  return {
    home,
    work,
    outside,
    canary,
    name,
    tmux,
    socket,
    memory,
    pid: secretive.pid ?? 0,
    port: typeof address === "object" && address !== null ? address.port : 0,
    abstract: name,
  };
}

function abstractServer(name: string): string {
  return `socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, pack_sockaddr_un("\\0${name}")); listen($s, 5); sleep 300`;
}

function asUser(uid: number): readonly string[] {
  return ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", "--"];
}

/** Starts what it is given as another user, and with a descriptor that nobody closed. */
function starter(inner: Sandbox, uid: number, inherited: string): Sandbox {
  const as = uid === process.getuid?.() ? [] : asUser(uid);
  return {
    name: inner.name,
    confine: async (program) => {
      const confined = await inner.confine(program);
      return {
        ...confined,
        argv: ["/bin/bash", "-c", 'exec 57< "$0"; exec "$@"', inherited, ...as, ...confined.argv],
      };
    },
  };
}

const USERS = [
  ["whoever runs the tests", process.getuid?.() ?? 0],
  ...(IS_ROOT ? [["an ordinary user", NOBODY] as const] : []),
] as const;

describe.skipIf(!HAS_BWRAP || !HAS_PARTS).each(USERS)("as %s", (_, uid) => {
  test("L12, L14, L15, L16 every probe gets through outside, as far as this machine lets it, and none inside", async () => {
    const world = sandboxWorld();
    const inside = starter(await opened(world), uid, join(world.outside, "file"));
    const place = await probePlace(world, uid);
    const outside = starter(noSandbox(), uid, join(world.outside, "file"));
    const before = contentOf(world.home);
    const through: string[] = [];
    const silent: string[] = [];

    for (const { number, what, line, fires } of PROBES) {
      const title = `${number} ${what}`;
      const ran = await runIn(inside, bash(line(place)), world);
      if (ran.code === 0) through.push(title);
      expect([title, contentOf(world.home)]).toEqual([title, before]);
      // 126 is the wall's own refusal: then nothing was tried.
      expect([title, ran.code]).not.toEqual([title, 126]);
      const isFiring = fires === "always" || (fires === "as root" && uid === 0);
      if (isFiring && (await control(outside, line(place), world)).code !== 0) silent.push(title);
    }

    expect(through).toEqual([]);
    expect(silent.filter((title) => !isExcused(title, uid))).toEqual([]);
  }, 120_000);

  test("40 a child with a session of its own does not outlive the sandbox", async () => {
    const world = sandboxWorld();
    const inside = starter(await opened(world), uid, join(world.outside, "file"));
    chmodSync(join(world.home, ".."), 0o755);
    for (const path of [world.home, world.work]) chownSync(path, uid, uid);
    const name = `outlive-${process.pid}-${uid}`;

    const { out } = await runIn(
      inside,
      bash(
        `setsid bash -c 'exec -a ${name} sleep 300' > /dev/null 2>&1 & sleep 0.1; grep -l ${name} /proc/[0-9]*/cmdline > /dev/null && echo begun`,
      ),
      world,
    );

    expect(out).toBe("begun\n");
    await until(() => !isProcessNamed(name));
  });
});

const BACK = `rm -rf l hard .mcp.json .claude .husky b ../outside/new; [ -d moved ] && mv moved .git
  git config --unset core.fsmonitor; git config --unset core.hooksPath
  sed -i '/^x$/d' .git/hooks/pre-commit ../.claude/journal ../outside/file`;

/** The control writes into the world: what it changed is taken back. */
function control(outside: Sandbox, line: string, world: SandboxWorld): Promise<Ran> {
  return runIn(outside, bash(`( ${line} ); code=$?; { ${BACK}; } > /dev/null 2>&1; exit $code`), world);
}

/** What a machine may forbid outside as well, by a setting of its kernel: then the inside alone is looked at. */
function isExcused(title: string, uid: number): boolean {
  return (
    uid === 0
      ? []
      : [
          "32 a host process's memory",
          "32 ptrace a sibling",
          "33 a nested user namespace",
          "37 a capability",
          "17 a host process's environment",
        ]
  ).includes(title);
}
