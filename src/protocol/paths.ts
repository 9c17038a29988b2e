import { join } from "node:path";
import type { MemberName, Party, TeamName } from "./names.ts";

/** Where one team lives. Built from parsed names only, so that `../x` cannot reach a disk. */
export interface TeamPaths {
  readonly root: string;
  readonly journal: string;
  readonly snapshot: string;
  readonly mail: string;
  readonly mailbox: (owner: Party) => string;
  readonly cursor: (owner: Party) => string;
  readonly bodies: string;
  readonly agents: string;
  readonly agent: (name: MemberName) => string;
  /** `supervisor/`, beside `agents/`: a member may be named supervisor. */
  readonly supervisor: string;
  readonly corrupt: string;
}

/** `$CLAUDE_CONFIG_DIR/teams`, default `~/.claude/teams`. `configDir` is absolute. */
export function teamsFolder(configDir: string): string {
  return join(configDir, "teams");
}

/** Names compare without case, and folders are named in lower case, so that one file system does not make two of one. */
function folderName(name: string): string {
  return name.toLowerCase();
}

export function teamPaths(configDir: string, team: TeamName): TeamPaths {
  const root = join(teamsFolder(configDir), folderName(team));
  const mailbox = (owner: Party): string => join(root, "mail", folderName(owner));
  return {
    root,
    journal: join(root, "journal"),
    snapshot: join(root, "journal", "snapshot.json"),
    mail: join(root, "mail"),
    mailbox,
    cursor: (owner) => join(mailbox(owner), "cursor.json"),
    bodies: join(root, "bodies"),
    agents: join(root, "agents"),
    agent: (name) => join(root, "agents", folderName(name)),
    supervisor: join(root, "supervisor"),
    corrupt: join(root, "corrupt"),
  };
}

/** Below an agent's folder: output of its tools that was too long for the model. */
export function outputFolder(agentFolder: string): string {
  return join(agentFolder, "output");
}

/** Below an agent's folder: what a member with fresh sessions wrote down for its next one. */
export function notesFile(agentFolder: string): string {
  return join(agentFolder, "notes.md");
}

/** What sandboxes of all teams have put into work folders for a while. */
export function sandboxFolder(configDir: string): string {
  return join(configDir, "troupe", "sandbox");
}

/** What is known of a model server, by the key of its address and credentials. */
export function serverFile(configDir: string, key: string): string {
  return join(configDir, "troupe", "servers", `${key}.json`);
}

/** Segment files are `<n>.jsonl`, n a canonical decimal number: "conflicted copies" of sync folders are none. */
export function segmentName(segment: number): string {
  return `${segment}.jsonl`;
}

/** The number of a segment file, or undefined for any other name. */
export function segmentNumber(fileName: string): number | undefined {
  const match = /^([1-9]\d{0,8})\.jsonl$/.exec(fileName);
  return match ? Number(match[1]) : undefined;
}
