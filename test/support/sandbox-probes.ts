/** Where the parts of a probe are; every path is one that only its own run knows. */
export interface ProbePlace {
  readonly home: string;
  readonly work: string;
  readonly outside: string;
  /** In the environment of the host process `pid`. */
  readonly canary: string;
  readonly pid: number;
  /** A name in /tmp, /var/tmp and /dev/shm. */
  readonly name: string;
  /** On 127.0.0.1. */
  readonly port: number;
  /** An abstract socket. */
  readonly abstract: string;
  /** Listening in the work folder, where the sandbox sees it. */
  readonly socket: string;
  readonly tmux: string;
  /** SysV shared memory. */
  readonly memory: string;
}

export interface Probe {
  /** As in security.md §5. */
  readonly number: number;
  readonly what: string;
  /** A line of bash: 0 when it got through. */
  readonly line: (place: ProbePlace) => string;
  /** Whether it gets through outside: a probe that cannot fire proves nothing. A text is the reason why it cannot be tried. */
  readonly fires: "always" | "as root" | `no: ${string}`;
}

const perl = (script: string): string => `perl -MErrno -MSocket -e '${script}'`;

/** A call by number: through unless the answer is EPERM, which is the filter's; any other refusal would leave it untried. */
function call(numbers: string): string {
  return perl(`my $b = "\\0" x 4096; my $r = syscall(${numbers}); exit($r == -1 && $!{EPERM} ? 1 : 0)`);
}

export const PROBES: readonly Probe[] = [
  {
    number: 1,
    what: "write outside by absolute path",
    line: ({ outside }) => `echo x > ${outside}/new`,
    fires: "always",
  },
  { number: 2, what: "write outside by ..", line: () => "echo x > ../outside/new", fires: "always" },
  {
    number: 3,
    what: "write through an own symlink",
    line: ({ outside }) => `ln -s ${outside} l; echo x > l/new; r=$?; rm l; exit $r`,
    fires: "always",
  },
  {
    number: 4,
    what: "hard-link an outside file",
    line: ({ outside }) => `ln ${outside}/file hard && echo x >> hard`,
    fires: "always",
  },
  {
    number: 5,
    what: "write by /proc/self/root",
    line: ({ outside }) => `echo x > /proc/self/root${outside}/new`,
    fires: "always",
  },
  {
    number: 6,
    what: "write by /proc/1/root",
    line: ({ outside }) => `echo x > /proc/1/root${outside}/new || echo x > /proc/$$/root${outside}/new`,
    fires: "as root",
  },
  { number: 7, what: "use an inherited descriptor", line: () => "cat <&57", fires: "always" },
  {
    number: 8,
    what: "write an existing hook",
    line: () => "echo x >> .git/hooks/pre-commit",
    fires: "always",
  },
  {
    number: 9,
    what: "git config core.fsmonitor",
    line: () => "git config core.fsmonitor x",
    fires: "always",
  },
  {
    number: 9,
    what: "git config core.hooksPath",
    line: () => "git config core.hooksPath x",
    fires: "always",
  },
  { number: 10, what: "create an absent protected file", line: () => "echo x > .mcp.json", fires: "always" },
  {
    number: 11,
    what: "create an absent protected folder",
    line: () => "mkdir -p .claude && echo x > .claude/settings.json",
    fires: "always",
  },
  {
    number: 11,
    what: "create a hook of husky",
    line: () => "mkdir -p .husky && echo x > .husky/pre-push",
    fires: "always",
  },
  {
    number: 12,
    what: "move the parent of a protected path away",
    line: () => "mv .git moved",
    fires: "always",
  },
  {
    number: 13,
    what: "mount a tmpfs",
    line: () => "mkdir m; unshare -m mount -t tmpfs none m; r=$?; rmdir m; exit $r",
    fires: "as root",
  },
  {
    number: 13,
    what: "remount read-write",
    line: () => "mount -o remount,rw,bind /",
    fires: "no: it would change the host",
  },
  { number: 14, what: "mknod a block device", line: () => "mknod b b 7 0", fires: "as root" },
  ...[".ssh/id", ".aws/credentials", ".netrc", ".claude.json"].map(
    (secret): Probe => ({
      number: 15,
      what: `read ~/${secret}`,
      line: ({ home }) => `cat ${home}/${secret}`,
      fires: "always",
    }),
  ),
  {
    number: 16,
    what: "read the journal",
    line: ({ home }) => `cat ${home}/.claude/journal`,
    fires: "always",
  },
  {
    number: 16,
    what: "write the journal",
    line: ({ home }) => `echo x >> ${home}/.claude/journal`,
    fires: "always",
  },
  {
    number: 17,
    what: "a host process's environment",
    line: ({ pid, canary }) => `grep -q ${canary} /proc/${pid}/environ`,
    fires: "always",
  },
  {
    number: 18,
    what: "a canary in any visible environment",
    line: ({ canary }) => `cat /proc/[0-9]*/environ 2>/dev/null | grep -q ${canary}`,
    fires: "always",
  },
  {
    number: 19,
    what: "names in the host's /tmp",
    line: ({ name }) => `ls /tmp | grep -q ${name}`,
    fires: "always",
  },
  {
    number: 19,
    what: "names in the host's /var/tmp",
    line: ({ name }) => `ls /var/tmp | grep -q ${name}`,
    fires: "always",
  },
  {
    number: 20,
    what: "sockets in /run",
    line: () => "find /run /var/run/ -type s 2>/dev/null | grep -q .",
    fires: "as root",
  },
  {
    number: 21,
    what: "the host's /dev/shm",
    line: ({ name }) => `ls /dev/shm | grep -q ${name}`,
    fires: "always",
  },
  {
    number: 22,
    what: "open core_pattern for writing",
    line: () => ": >> /proc/sys/kernel/core_pattern",
    fires: "as root",
  },
  {
    number: 23,
    what: "open a file of /sys for writing",
    line: () =>
      "for f in /sys/fs/cgroup/*/release_agent /sys/kernel/mm/transparent_hugepage/enabled /sys/kernel/uevent_helper; do : >> $f && exit 0; done; exit 1",
    fires: "as root",
  },
  {
    number: 24,
    what: "tmux socket by path",
    line: ({ tmux }) => `tmux -S ${tmux} list-sessions`,
    fires: "always",
  },
  {
    number: 25,
    what: "tmux run-shell writes outside",
    line: ({ tmux, outside }) => `tmux -S ${tmux} run-shell 'echo x > ${outside}/new'`,
    fires: "always",
  },
  {
    number: 25,
    what: "the same with a made-up $TMUX",
    line: ({ tmux, outside }) => `TMUX=${tmux},1,0 tmux run-shell 'echo x > ${outside}/new'`,
    fires: "always",
  },
  {
    number: 26,
    what: "connect to a socket in the work folder",
    line: ({ socket }) =>
      perl(
        `socket(my $s, AF_UNIX, SOCK_STREAM, 0) or exit 1; connect($s, pack_sockaddr_un("${socket}")) or exit 1`,
      ),
    fires: "always",
  },
  {
    number: 27,
    what: "connect to an abstract socket",
    line: ({ abstract }) =>
      perl(
        `socket(my $s, AF_UNIX, SOCK_STREAM, 0) or exit 1; connect($s, pack_sockaddr_un("\\0${abstract}")) or exit 1`,
      ),
    fires: "always",
  },
  { number: 28, what: "io_uring_setup", line: () => call("425, 1, $b"), fires: "always" },
  { number: 28, what: "an x32 call", line: () => call("0x40000000 | 39"), fires: "always" },
  {
    number: 29,
    what: "SysV shared memory of the host",
    line: ({ memory }) => `ipcs -m -i ${memory} | grep -q ${memory}`,
    fires: "always",
  },
  { number: 30, what: "signal a host process", line: ({ pid }) => `kill -0 ${pid}`, fires: "always" },
  { number: 31, what: "see a host process", line: ({ pid }) => `test -e /proc/${pid}`, fires: "always" },
  {
    number: 32,
    what: "ptrace a sibling",
    line: () =>
      `sleep 30 & p=$!; ${call("101, 16, $ENV{P} + 0, 0, 0").replace("perl", "P=$p perl")}; r=$?; kill -9 $p; exit $r`,
    fires: "always",
  },
  {
    number: 32,
    what: "a host process's memory",
    line: ({ pid }) => `exec 3< /proc/${pid}/mem`,
    fires: "always",
  },
  { number: 33, what: "a nested user namespace", line: () => "unshare -U true", fires: "always" },
  {
    number: 34,
    what: "setns into pid 1's namespaces",
    line: () => "nsenter -t 1 -i true || nsenter -t $$ -i true",
    fires: "as root",
  },
  {
    number: 35,
    what: "TIOCSTI on a terminal",
    line: () =>
      `script -qefc "${perl('my $c = "x"; my $r = ioctl(STDIN, 0x5412, $c); exit(!defined $r && $!{EPERM} ? 1 : 0)').replaceAll('"', '\\"').replaceAll("$", "\\$")}" /dev/null`,
    fires: "always",
  },
  {
    number: 35,
    what: "TIOCLINUX on a terminal",
    line: () =>
      `script -qefc "${perl('my $c = "x"; my $r = ioctl(STDIN, 0x541c, $c); exit(!defined $r && $!{EPERM} ? 1 : 0)').replaceAll('"', '\\"').replaceAll("$", "\\$")}" /dev/null`,
    fires: "always",
  },
  {
    number: 36,
    what: "new privileges",
    line: () => "grep -q 'NoNewPrivs:.0' /proc/self/status",
    fires: "always",
  },
  {
    number: 37,
    what: "a capability",
    line: () => "grep -E 'Cap(Prm|Eff|Bnd|Amb|Inh)' /proc/self/status | grep -qv ':.0000000000000000'",
    fires: "always",
  },
  {
    number: 38,
    what: "a service on 127.0.0.1",
    line: ({ port }) => `exec 3<> /dev/tcp/127.0.0.1/${port}`,
    fires: "always",
  },
  {
    number: 39,
    what: "169.254.169.254",
    line: () => "timeout 5 bash -c '</dev/tcp/169.254.169.254/80'",
    fires: "no: there is no such service here",
  },
  {
    number: 39,
    what: "a public address",
    line: () => "timeout 5 bash -c '</dev/tcp/1.1.1.1/53'",
    fires: "no: tests have no network",
  },
  {
    number: 40,
    what: "a DNS lookup",
    line: () => "getent hosts example.org",
    fires: "no: tests have no network",
  },
];
