import { type Actor, type Party, sameName } from "../protocol/names.ts";
import { nearestNames, presentMember, presentMembers } from "./derive.ts";
import type { Refusal, TeamState, UnknownRecipient } from "./state.ts";

/** Somebody who gets the message; `via` is how the sender addressed it when not by name. */
export interface Recipient {
  readonly to: Party;
  readonly via?: string;
}

export type Addressed =
  | { readonly ok: true; readonly recipients: readonly Recipient[] }
  | { readonly ok: false; readonly reason: Refusal };

/**
 * Who is meant by `name`, `@name`, `user`, `all`, `@all`, `@role:x`: each once, by name rather than by group, members
 * who left not at all. Groups leave out the sender, `all` holds the user. One unknown address refuses the whole.
 */
export function resolveAddresses(state: TeamState, from: Actor, to: readonly string[]): Addressed {
  const found = to.map((address) => ({ address, recipients: recipientsOf(state, from, address) }));
  const unknown = found.flatMap(({ address, recipients }) =>
    recipients ? [] : [unknownRecipient(state, address)],
  );
  if (unknown.length > 0) return { ok: false, reason: { kind: "unknown_recipients", recipients: unknown } };
  const all = found.flatMap(({ recipients }) => recipients ?? []);
  // Later ones of the same party replace earlier ones: those without `via` come last.
  const byParty = new Map(
    [...all.filter(({ via }) => via), ...all.filter(({ via }) => !via)].map((each) => [each.to, each]),
  );
  if (byParty.size === 0) return { ok: false, reason: { kind: "empty", what: "recipients" } };
  return { ok: true, recipients: [...byParty.values()] };
}

/** Whether others may come to be meant by it with the next entry. */
export function isGroup(address: string): boolean {
  return /^@?(all$|role:)/i.test(address.trim());
}

function recipientsOf(state: TeamState, from: Actor, address: string): readonly Recipient[] | undefined {
  const name = address.trim().replace(/^@/, "");
  const key = name.toLowerCase();
  if (key === "user") return [{ to: "user" }];
  if (key === "all") return everybodyBut(state, from).map((to) => ({ to, via: "all" }));
  if (key.startsWith("role:")) return roleRecipients(state, from, name.slice("role:".length));
  const member = presentMember(state, name);
  return member && [{ to: member.name }];
}

function everybodyBut(state: TeamState, from: Actor): readonly Party[] {
  const everybody: readonly Party[] = ["user", ...presentMembers(state).map(({ name }) => name)];
  return everybody.filter((party) => !sameName(party, from));
}

/** Undefined when nobody has the role; nobody when the sender alone has it. */
function roleRecipients(state: TeamState, from: Actor, role: string): readonly Recipient[] | undefined {
  const having = presentMembers(state).filter((member) => member.role && sameName(member.role, role));
  const via = `role:${having[0]?.role ?? role}`;
  const others = having.filter(({ name }) => !sameName(name, from)).map(({ name }) => ({ to: name, via }));
  return having.length > 0 ? others : undefined;
}

function unknownRecipient(state: TeamState, name: string): UnknownRecipient {
  const members = presentMembers(state);
  const bare = name.trim().replace(/^@/, "");
  const isRole = bare.toLowerCase().startsWith("role:");
  const known = isRole
    ? [...new Set(members.flatMap(({ role }) => role ?? []))].map((role) => `@role:${role}`)
    : ["user", "all", ...members.map((member) => member.name)];
  return { name, nearest: nearestNames(isRole ? `@${bare}` : bare, known) };
}
