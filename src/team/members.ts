import type { EntryOf, MemberDefinition } from "../protocol/entries.ts";
import type { Actor, MemberName, Role } from "../protocol/names.ts";
import { memberNamed } from "./derive.ts";
import type { Member, Refusal } from "./state.ts";
import type { Team } from "./team.ts";

export type MemberOutcome =
  | { readonly ok: true; readonly member: Member }
  | { readonly ok: false; readonly reason: Refusal };

export interface NewMember {
  readonly name: MemberName;
  readonly role?: Role | undefined;
  readonly lead?: boolean | undefined;
  readonly backend: "child" | "hand";
  readonly definition: MemberDefinition;
}

/** Refused as `name_taken` for a name that is or was in use, in whatever case, and as `led` for a second lead. */
export async function joinMember(
  team: Team,
  by: Actor,
  { name, ...fields }: NewMember,
): Promise<MemberOutcome> {
  const outcome = await team.commit({ op: "join", by, member: name, ...fields });
  return outcome.ok ? memberOutcome(team, name) : outcome;
}

/** Its tasks are free with the same entry; its name is not used again. */
export async function leaveMember(
  team: Team,
  by: Actor,
  name: MemberName,
  reason?: string,
): Promise<MemberOutcome> {
  const outcome = await team.commit({ op: "leave", by, member: name, reason });
  return outcome.ok ? memberOutcome(team, name) : outcome;
}

function memberOutcome(team: Team, name: MemberName): MemberOutcome {
  const member = memberNamed(team.state(), name);
  return member ? { ok: true, member } : { ok: false, reason: { kind: "unknown_member", name, nearest: [] } };
}

/** Steers a member's process; see the entry `control`. Refused as `unknown_member` and `not_allowed`. */
export async function steerMember(
  team: Team,
  by: Actor,
  name: MemberName,
  { what, value }: { readonly what: EntryOf<"control">["what"]; readonly value?: string },
): Promise<MemberOutcome> {
  const outcome = await team.commit({
    op: "control",
    by,
    member: name,
    what,
    ...(value !== undefined && { value }),
  });
  return outcome.ok ? memberOutcome(team, name) : outcome;
}
