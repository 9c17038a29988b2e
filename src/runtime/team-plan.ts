import { readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { isErrno, TroupeError } from "../base/errors.ts";
import type { MemberDefinition, TeamSettings } from "../protocol/entries.ts";
import { MemberName, type Role, sameName, TeamName } from "../protocol/names.ts";
import { TeamFile, type TeamFileMember } from "../protocol/team-file.ts";
import { given } from "./given.ts";
import type { RoleDefinition, RoleFill } from "./role-definition.ts";
import { type PlannedTask, planTasks } from "./task-plan.ts";
import { teamFileError } from "./team-file-error.ts";

export interface PlannedMember {
  readonly name: MemberName;
  readonly role?: Role;
  readonly lead: boolean;
  /** child: the supervisor starts its process. hand: it acts by itself, through a shell or a script. */
  readonly backend: "child" | "hand";
  readonly definition: MemberDefinition;
}

/** All that a new team is made of: checked, complete, nothing left to read. */
export interface TeamPlan {
  readonly name: TeamName;
  readonly goal?: string;
  /** The folder the team works in, absolute. */
  readonly dir: string;
  readonly settings: TeamSettings;
  readonly members: readonly PlannedMember[];
  readonly tasks: readonly PlannedTask[];
  /** Nobody named the members: a team that is there already does not get them. */
  readonly isGuessed?: boolean;
  /** Members of the file that cannot join as they are, because the definition of their role is broken. */
  readonly left?: readonly LeftOut[];
}

export interface LeftOut {
  readonly name: MemberName;
  readonly role: Role;
  /** With file and line. */
  readonly why: string;
}

/** Looks up what a role gives to a member of this team. */
export type RoleReader = (role: Role, model: string | undefined) => Promise<RoleDefinition>;

/** A team file larger than this is none. */
const FILE_MAX_BYTES = 4 * 1024 * 1024;
const LEAD = MemberName.parse("lead");

/**
 * The plan in the team file at `path` for a team that works in `dir` (absolute). Adds a lead when no member is one.
 * Throws `bad_team_file` naming the file, the field and the nearest known name. Without `roles` a role is a word.
 */
export async function readTeamFile(path: string, dir: string, roles?: RoleReader): Promise<TeamPlan> {
  const file = parseTeamFile(path, await readText(path, path, "the team file"));
  const { members, left } = await planMembers({ path, dir, roles }, file.members ?? []);
  return {
    name: file.name ?? teamNameOf(dir),
    ...given({ goal: file.goal }),
    dir,
    settings: given({
      review: file.review,
      durability: file.durability,
      planApproval: file.planApproval,
      subagents: file.subagents,
      verify: file.verify,
      budget: file.budget,
      mcpServers: file.mcpServers,
    }),
    members,
    tasks: planTasks(path, file.tasks ?? []),
    ...(left.length === 0 ? {} : { left }),
  };
}

async function planMembers(
  { path, dir, roles }: Pick<Where, "path" | "dir" | "roles">,
  members: readonly TeamFileMember[],
): Promise<Required<Pick<TeamPlan, "members" | "left">>> {
  const [lead, another] = members.filter(isLead);
  if (lead && another)
    throw teamFileError(path, `members: ${lead.name} and ${another.name} are both the lead`, {
      hint: "the lead is the one member whose name or role is lead",
    });
  refuseSameNames(path, members);
  const planned: PlannedMember[] = lead ? [] : [newLead()];
  const left: LeftOut[] = [];
  for (const [index, member] of members.entries()) {
    const one = await planMember(member, { path, dir, roles, index, model: lead?.model });
    if ("why" in one) left.push(one);
    else planned.push(one);
  }
  return { members: planned, left };
}

/** The name of a team that was given none: its folder's, with every other character as a dash. Throws `bad_name`. */
export function teamNameOf(dir: string): TeamName {
  const word = basename(dir)
    .replaceAll(/[^A-Za-z0-9_-]+/g, "-")
    .replace(/^[-_]+/, "")
    .slice(0, 64);
  const name = TeamName.safeParse(word);
  if (name.success) return name.data;
  throw new TroupeError("bad_name", `the folder ${dir} gives no name for a team`, {
    hint: "name it: --team NAME",
  });
}

/** A lead as a team file without one gets it. */
export function newLead(): PlannedMember {
  return { name: LEAD, lead: true, backend: "child", definition: {} };
}

function isLead(member: TeamFileMember): boolean {
  return sameName(member.name, "lead") || (member.role !== undefined && sameName(member.role, "lead"));
}

/** The text of `file`, which `what` names for people; `path` is the team file that asks for it. */
async function readText(path: string, file: string, what: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > FILE_MAX_BYTES)
      throw teamFileError(path, `${what} has ${size} bytes; the limit is ${FILE_MAX_BYTES}`);
    return await readFile(file, "utf8");
  } catch (error) {
    if (!isErrno(error, "ENOENT", "ENOTDIR", "EISDIR", "EACCES", "ELOOP", "ENAMETOOLONG")) throw error;
    const why =
      error.code === "ENOENT" ? "is not there" : `cannot be read (${error.code ?? "unknown error"})`;
    throw teamFileError(path, `${what} ${why}`, { cause: error });
  }
}

function parseTeamFile(path: string, text: string): TeamFile {
  const file = TeamFile.safeParse(parseJson(path, text.replace(/^\uFEFF/, "")));
  if (file.success) return file.data;
  throw teamFileError(path, file.error);
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const line = text.slice(0, faultIn(text, error.message)).split("\n").length;
    throw teamFileError(path, `line ${line}: not valid JSON`, { cause: error });
  }
}

/**
 * Where V8 says that the text is wrong: a position; or the ten characters before and behind it, without the first or
 * the last dots where the text begins or ends; or nothing, at its end.
 */
function faultIn(text: string, message: string): number {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return Number(position);
  const [, dots, near] = /, (\.\.\.)?"([\s\S]*)"(?:\.\.\.)? is not valid JSON$/.exec(message) ?? [];
  const at = near === undefined ? -1 : text.indexOf(near);
  if (at === -1) return text.length;
  return dots === undefined ? at : at + 10;
}

function refuseSameNames(path: string, members: readonly TeamFileMember[]): void {
  for (const [index, member] of members.entries()) {
    const other = members.slice(0, index).find(({ name }) => sameName(name, member.name));
    if (other)
      throw teamFileError(
        path,
        `members[${index}].name: ${member.name} is there already (names compare without case)`,
      );
  }
}

interface Where {
  readonly path: string;
  readonly dir: string;
  readonly index: number;
  /** The lead's model, for members that name none. */
  readonly model: string | undefined;
  readonly roles: RoleReader | undefined;
}

async function planMember(member: TeamFileMember, where: Where): Promise<PlannedMember | LeftOut> {
  const { name, role, permissionMode, plan, session, budget, mcpServers } = member;
  const fill = await roleFill(member, where);
  if ("why" in fill) return fill;
  const prompt = member.prompt === undefined ? fill.prompt : await promptText(member.prompt, where);
  const dir = member.dir === undefined ? undefined : await memberFolder(member.dir, where);
  const { model = fill.model ?? where.model, tools = fill.tools } = member;
  return {
    name,
    ...given({ role }),
    lead: isLead(member),
    backend: "child",
    definition: given({ model, prompt, tools, dir, permissionMode, plan, session, budget, mcpServers }),
  };
}

async function roleFill(member: TeamFileMember, where: Where): Promise<RoleFill | LeftOut> {
  const { name, role } = member;
  if (role === undefined || where.roles === undefined) return {};
  const found = await where.roles(role, where.model);
  if (found.kind === "none") return {};
  if (found.kind === "found") return found.fill;
  // Without its lead no team can work.
  if (isLead(member)) throw teamFileError(where.path, `members[${where.index}].role: ${found.why}`);
  return { name, role, why: found.why };
}

/** A team file may come from a stranger: an `@file` outside its folder would put any file of this user into a prompt. */
async function promptText(prompt: string, { path, index }: Where): Promise<string> {
  if (!prompt.startsWith("@")) return prompt;
  const field = `members[${index}].prompt`;
  const folder = dirname(path);
  refuseNul(path, field, prompt);
  const target = resolve(folder, prompt.slice(1));
  if (!(await isBelow(folder, target)))
    throw teamFileError(path, `${field}: ${prompt} is not below ${folder}`);
  const text = (await readText(path, target, `${field}: ${target}`)).trim();
  if (text.length === 0 || text.length > 64 * 1024)
    throw teamFileError(path, `${field}: ${target} has ${text.length} characters; 1 to 65536 are allowed`);
  return text;
}

/** Writes are allowed below a member's folder, so the file must not widen it beyond the team's. */
async function memberFolder(folder: string, { path, dir, index }: Where): Promise<string> {
  const target = resolve(dir, folder);
  const field = `members[${index}].dir`;
  refuseNul(path, field, folder);
  const facts = await stat(target).catch((error: unknown) => {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "ELOOP", "ENAMETOOLONG")) return undefined;
    throw error;
  });
  if (!facts?.isDirectory()) throw teamFileError(path, `${field}: ${target} is no folder`);
  if (!(await isBelow(dir, target))) throw teamFileError(path, `${field}: ${target} is not below ${dir}`);
  return target;
}

/** No file has such a name, and Node answers it with a TypeError, which would look like a bug of ours. */
function refuseNul(path: string, field: string, word: string): void {
  if (word.includes("\0")) throw teamFileError(path, `${field}: ${JSON.stringify(word)} is no path`);
}

/** Links count as what they point to. A target that is not there is judged by its words; reading it fails anyway. */
async function isBelow(folder: string, target: string): Promise<boolean> {
  const real = await realpath(target).catch((error: unknown) => {
    if (isErrno(error, "ENOENT", "ENOTDIR", "EACCES", "ELOOP", "ENAMETOOLONG")) return target;
    throw error;
  });
  const base = real === target ? folder : await realpath(folder);
  const way = relative(base, real);
  return way === "" || !(isAbsolute(way) || way === ".." || way.startsWith(`..${sep}`));
}
