import type { TeamState } from "./state.ts";

/**
 * 16 hex digits that are equal in every process that has folded to the same position: it depends on no insertion
 * order, no key order, no locale. Costs a pass over the whole state. It finds mistakes, not forgers.
 */
export function stateHash(state: TeamState): string {
  const tasks = [...state.tasks.values()].toSorted((one, other) => Number(one.id) - Number(other.id));
  const members = [...state.members.entries()]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, member]) => member);
  const approvals = [...state.approvals.values()].toSorted((one, other) => one.number - other.number);
  return hash(canonical({ team: state.team, tasks, members, approvals }));
}

/** JSON with the keys of each object in the order of their code units, absent and undefined alike left out. */
function canonical(value: unknown): string {
  if (value === undefined) return "null";
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`);
  return `{${fields.join(",")}}`;
}

/** Two lanes of 32 bits with different multipliers (Murmur3's and xxHash's primes), mixed at the end. */
function hash(text: string): string {
  let one = 0x9e3779b9;
  let other = 0x85ebca6b;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    one = rotated(Math.imul(one ^ unit, 0xcc9e2d51), 15);
    other = rotated(Math.imul(other ^ unit, 0x9e3779b1), 13);
  }
  return mixed(one ^ text.length, other) + mixed(other ^ text.length, one);
}

function rotated(bits: number, by: number): number {
  return (bits << by) | (bits >>> (32 - by));
}

function mixed(bits: number, salt: number): string {
  let mix = Math.imul(bits ^ (bits >>> 16) ^ salt, 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return ((mix ^ (mix >>> 16)) >>> 0).toString(16).padStart(8, "0");
}
