export interface Fault {
  readonly id: string;
  /** Its row in the catalogue of faults, shortened. */
  readonly fault: string;
  /** Why no test proves it yet; undefined when one does. */
  readonly open: string | undefined;
}

/** One row a fault: id, what goes wrong, and, for those without a test, the reason. */
const TABLE = `
A1 | send: before the write |
A2 | send: after the write, before the answer |
A3 | border write: inside the lock, before or after the rename | the border with Claude Code is a later issue
A4 | the caller repeats a send after a crash |
A5 | claim: before the write, between it and the read-back, before the mirror |
A6 | the claim's winner dies at once |
A7 | work done, complete not appended |
A8 | message in the transcript, cursor not yet moved |
A9 | spawn: process or pane exists, member entry not appended |
A10 | spawn: member appended, process never came up |
A11 | during a log append |
A12 | during a write of config.json, settings, run.json, snapshot or cursor |
A13 | during team deletion |
A14 | while a segment is sealed, the next one made, or a read one removed |
A15 | power cut of the host |
A16 | OOM kill of one agent |
A17 | kill -9 of the lead, or of the supervisor |
A18 | kill -9 of everything, then troupe resume |
B1 | SIGSTOP between append and read-back, or in the middle of the work, longer than every limit, then SIGCONT |
B2 | laptop sleep of all processes |
B3 | event loop blocked 15 s |
B4 | clock +1 day, −1 day |
B5 | file server's clock differs from ours | the border with Claude Code is a later issue
B6 | coarse mtime | the border with Claude Code is a later issue
B7 | daylight saving, leap second, time zone |
C1 | ENOSPC on any write |
C2 | EDQUOT; EFBIG by RLIMIT_FSIZE |
C3 | EMFILE, ENFILE |
C4 | EROFS |
C5 | EACCES, EPERM on team, mailbox, log, lock |
C6 | EIO on read, write, fsync |
C7 | ESTALE, ENOLCK |
C8 | EINTR, short write |
C9 | slow disk, fsync 500 ms |
C10 | EXDEV on rename |
C11 | inodes or space nearly gone |
C12 | tmp files pile up |
D1 | torn border JSON: Claude Code writes tasks and config.json in place and then truncates, so a reader sees new … |
D2 | empty or NUL-filled file |
D3 | BOM, CRLF, trailing garbage |
D4 | unknown fields, newer schema |
D5 | one bad entry among good ones |
D6 | duplicate keys, __proto__, constructor |
D7 | deep nesting |
D8 | huge message |
D9 | huge mailbox, huge border inbox |
D10 | invalid UTF-8, lone surrogates |
D11 | wrong types |
D12 | task depends on itself, on nothing, on a cycle |
D13 | status goes backwards at the border | the border with Claude Code is a later issue
D14 | an old message or entry is replayed |
E1 | ../, /, \\, NUL, newline, empty, ., .. as a name |
E2 | over-long names |
E3 | case or Unicode collision |
E4 | homoglyphs, full width, zero width |
E5 | names Windows reserves |
E6 | file names that look like options |
E7 | reserved words |
E8 | a log, snapshot, cursor or border file is a symlink |
E9 | the team folder is a symlink |
E10 | hard-linked file of ours or at the border |
E11 | FIFO, device or folder at a file's path |
E12 | lock path is a file, a non-empty folder, a dangling link |
E13 | HOME unset, HOME=/, odd CLAUDE_CONFIG_DIR |
F1 | team folder removed while running |
F2 | folder removed and made again with the same name |
F3 | two supervisors, two leads |
F4 | same team name, different project |
F5 | two members, same name |
F6 | config.json edited by hand or by a peer at the same time | the border with Claude Code is a later issue
F7 | ghost members |
F8 | old and new troupe run together |
F9 | resume with a missing transcript |
F10 | 64 agents start at once |
G1 | pid re-used |
G2 | zombie or stopped owner |
G3 | orphans after kill -9 of a member or the supervisor |
G4 | a grandchild with setsid survives the pane |
G5 | the user's own panes | tmux panes are a later issue
G6 | a pane is closed by the user | tmux panes are a later issue
G7 | tmux server killed | tmux panes are a later issue
G8 | no tmux, old tmux, nested, other socket | tmux panes are a later issue
G9 | pane's shell not ready | tmux panes are a later issue
G10 | terminal left raw after a crash | the screen is a later issue
G11 | stdin is no TTY, stdout closed, EPIPE |
G12 | SIGHUP, SIGTERM, SIGINT twice |
G13 | fork fails |
G14 | resize to 1×1, TERM=dumb | the screen is a later issue
H1 | inotify instances or watches used up |
H2 | event queue overflow: silent |
H3 | a watched file goes deaf after one rename |
H4 | WSL /mnt/c, 9p, CIFS, NFS: watches are accepted and never fire, appends are not atomic |
H5 | overlayfs copy-up |
H6 | the answer of an append was lost |
H7 | case-insensitive volume |
H8 | no hard links, odd append |
H9 | sync folders |
I1 | 429 with retry-after |
I2 | 529, 500, 502, 503 |
I3 | connect or read timeout, DNS, TLS |
I4 | stream cut before any content |
I5 | stream cut after a complete tool call |
I6 | cut inside a tool call's JSON |
I7 | malformed tool input, wrong types, unknown tool |
I8 | context overflow |
I9 | tool_use without tool_result on resume |
I10 | refusal, max_tokens, pause_turn |
I11 | key revoked |
I12 | slow drip |
I13 | budget or spend limit |
J1 | a command never ends or waits for input |
J2 | 1 GB of output |
J3 | a background child keeps the pipe open |
J4 | binary, ANSI, invalid UTF-8 |
J5 | MCP server crashes or exits at start |
J6 | MCP hangs on initialize or a call |
J7 | MCP sends huge, invalid or stray output |
J8 | MCP children left behind |
J9 | a tool changes after approval |
J10 | two agents edit one file |
J11 | .git/index.lock left |
K1 | two agents answer each other for ever |
K2 | ring A→B→C→A |
K3 | broadcast storm |
K4 | the same tool call again and again |
K5 | dependency cycle, everybody waits for somebody |
K6 | nobody claims a runnable task |
K7 | claimed, then forgotten by a live idle owner |
K8 | completed without work |
K9 | starvation by contention |
K10 | runaway spawning |
K11 | shutdown refused or ignored |
L1 | prompt injection by mail, web, file, tool or MCP text |
L2 | forged from |
L3 | fake tags |
L4 | forged shutdown, plan or permission answers |
L5 | secrets in a child's environment |
L6 | secrets in argv |
L7 | secrets in logs, transcripts, errors |
L8 | other local users read our files |
L9 | files of another uid in our folders |
L10 | OSC 52, title, cursor, alternate screen, OSC 8, DCS, BEL, CR, bidi in shown text |
L11 | ESC[201~ in text pasted to a pane | tmux panes are a later issue
L12 | path escape: ../, absolute, symlink, ~, /proc/self/root, /dev/fd |
L13 | symlink swapped between check and use |
L14 | writes to files that run later |
L15 | escape by sockets |
L16 | TIOCSTI |
L17 | SSRF |
L18 | host parser differences |
L19 | command-parser tricks ($, newline, env -S, git -c core.pager=…, find -exec) |
L20 | more rights by delegation |
L21 | plugin, hook or skill supply chain |
L22 | npm supply chain |
L23 | audit log edited or cut |
L24 | a peer fills a mailbox or the journal |
L25 | regex denial of service in rules and hooks |
L26 | format injection in tmux (#{…}, #) | tmux panes are a later issue
M1 | torn line: the writer was killed inside its write, or the disk was full |
M2 | short write that lacks only the last newline: the next append's leading newline makes it a valid line, after … |
M3 | a reader sees a prefix of a write in progress |
M4 | two entries with one id |
M5 | entry behind a seal |
M6 | two processes seal at once; or the sealer dies between making <n+1> and the seal |
M7 | a mailbox segment is removed while a slow reader, or a sleeping writer, has it open |
M8 | snapshot older than the log, ahead of it, corrupt, or from another fold version |
M9 | two processes write a snapshot at once, or a slow one puts an older over a newer |
M10 | a log was truncated, replaced or deleted |
M11 | a line edited by hand, in the middle |
M12 | a process sleeps between append and read-back |
M13 | complete of a stale owner after a rescue |
M14 | fold not deterministic across processes, Node versions, time zone, locale |
M15 | entry of a newer version |
M16 | very long line, or no newline for megabytes |
M17 | checksum collision, or a right checksum over wrong content |
M18 | network file system: two appends land on one another |
M19 | one writer spams |
M20 | reader far behind |
M21 | cursor file torn, missing, behind, or ahead of the log |
M22 | the same border entry imported twice | the border with Claude Code is a later issue
M23 | our own mirror comes back as a foreign edit | the border with Claude Code is a later issue
M24 | a native member claims a task at the same moment | the border with Claude Code is a later issue
M25 | a message for a native member is erased by its race | the border with Claude Code is a later issue
`;

/** Every fault that the design names. */
export const FAULTS: readonly Fault[] = TABLE.trim()
  .split("\n")
  .map((row) => {
    const [id = "", fault = "", open = ""] = row.split("|").map((cell) => cell.trim());
    return { id, fault, open: open === "" ? undefined : open };
  });
