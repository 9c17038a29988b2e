import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isErrno, TroupeError } from "../base/errors.ts";
import type { Host } from "../base/host.ts";
import type { BudgetChange } from "../protocol/budget.ts";
import { MemberName, sameName, type TeamName } from "../protocol/names.ts";
import type { PermissionMode } from "../protocol/permissions.ts";
import { given } from "../runtime/given.ts";
import { newLead, readTeamFile, type TeamPlan, teamNameOf } from "../runtime/team-plan.ts";
import { withChange } from "../team/budgets.ts";
import { refuseUnpriced } from "./refuse-unpriced.ts";
import type { Screen } from "./screen.ts";

/** What the command line says about a new team. */
export interface PlanWishes {
  /** The folder it works in, absolute. */
  readonly dir: string;
  readonly name?: TeamName | undefined;
  readonly goal?: string | undefined;
  /** A team file; absent: `.claude/team.json` when it is there. */
  readonly file?: string | undefined;
  /** Teammates beside the lead, where no file names them. */
  readonly size?: number | undefined;
  readonly model?: string | undefined;
  readonly permissionMode?: PermissionMode | undefined;
  /** The team's limits, over those of the file. */
  readonly budget?: BudgetChange | undefined;
  /** The plan is only looked at: what needs a person's yes is in it all the same. */
  readonly looking?: boolean | undefined;
}

/** Names of teammates that nobody named, in this order. */
const NAMES = [
  "ada",
  "bob",
  "cleo",
  "dan",
  "eve",
  "finn",
  "gus",
  "hana",
  "ivo",
  "june",
  "kit",
  "lena",
  "milo",
  "nora",
  "otto",
  "pia",
] as const;
export const MAX_SIZE = NAMES.length;
const DEFAULT_SIZE = 3;

/** Whose folders are looked into, and who hears of what is wrong there. */
interface Place {
  readonly host: Host;
  readonly screen: Pick<Screen, "say">;
}

/** The plan of a new team: the team file, or a lead and some teammates, with what the command line says on top. */
export async function planTeam({ host, screen }: Place, wishes: PlanWishes): Promise<TeamPlan> {
  const { dir, name, goal, model, permissionMode } = wishes;
  const plan = await basePlan(host, wishes);
  if (wishes.looking !== true) {
    const { pinTrusted } = await import("./refuse-stranger.ts");
    await pinTrusted(host, [dir, ...plan.members.flatMap(({ definition }) => definition.dir ?? [])]);
  }
  tellLeftOut(screen, plan);
  const members = plan.members.map((member) => ({
    ...member,
    definition: { ...member.definition, ...given({ model, permissionMode }) },
  }));
  const budget =
    wishes.budget === undefined ? plan.settings.budget : withChange(plan.settings.budget, wishes.budget);
  refuseUnpriced(
    members.map(({ name: member, definition }) => ({
      name: member,
      model: definition.model,
      budget: definition.budget,
    })),
    budget,
  );
  const settings = { ...plan.settings, ...given({ budget }) };
  return { ...plan, settings, members, dir, ...given({ name, goal }) };
}

async function basePlan(
  host: Host,
  { dir, name, file, size, model, looking }: PlanWishes,
): Promise<TeamPlan> {
  const path = file === undefined ? await usualFile(dir) : resolve(dir, file);
  if (path === undefined)
    return {
      name: name ?? teamNameOf(dir),
      dir,
      settings: {},
      members: crew(size ?? DEFAULT_SIZE),
      ...(size === undefined ? { isGuessed: true } : {}),
      tasks: [],
    };
  const plan = await readTeamFile(path, dir, async (role, lead) => {
    // Definitions are YAML: its parser is loaded for a member that has a role.
    const { roleDefinition } = await import("../runtime/role-definition.ts");
    return roleDefinition(host, dir, role, model ?? lead);
  });
  if (looking !== true) {
    const { refuseStranger } = await import("./refuse-stranger.ts");
    await refuseStranger(host, path, plan);
  }
  if (size === undefined) return plan;
  throw new TroupeError("usage", `--size: ${path} names the members`, {
    hint: "leave --size out, or add members to the file",
  });
}

/** `.claude/team.json` of the folder, when there is one. */
async function usualFile(dir: string): Promise<string | undefined> {
  const path = teamFilePath(dir);
  try {
    await stat(path);
    return path;
  } catch (error) {
    if (isErrno(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}

export function teamFilePath(dir: string): string {
  return join(dir, ".claude", "team.json");
}

function crew(size: number): TeamPlan["members"] {
  const mates = NAMES.slice(0, size).map((name) => ({
    name: MemberName.parse(name),
    lead: false,
    backend: "child" as const,
    definition: {},
  }));
  return [newLead(), ...mates];
}

/** `name`, or the first of `name-2`, `name-3` … that no team has. */
export function freeName(
  name: TeamName,
  taken: readonly TeamName[],
  parse: (text: string) => TeamName,
): TeamName {
  let free = name;
  for (let count = 2; taken.some((other) => sameName(other, free)); count++) {
    const ending = `-${count}`;
    free = parse(`${name.slice(0, 64 - ending.length)}${ending}`);
  }
  return free;
}

/** Says who of the team file has not joined, and what to do. */
function tellLeftOut(screen: Place["screen"], { left = [] }: TeamPlan): void {
  for (const { name, role, why } of left)
    screen.say(
      `error: ${name} is not in the team: the definition of its role ${role} is broken: ${why}\n` +
        `hint: mend that file, then: troupe agent spawn ${name} --role ${role}`,
    );
}
