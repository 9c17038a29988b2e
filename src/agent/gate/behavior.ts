/** In order of strictness: allow < ask < deny. */
export type Behavior = "allow" | "ask" | "deny";

export type PermissionMode = "default" | "acceptEdits" | "plan" | "dontAsk" | "bypassPermissions";

/** `plan` blocks writing that rules allow in `dontAsk`, so it counts as the narrowest. */
const NARROW_TO_WIDE: readonly PermissionMode[] = [
  "plan",
  "dontAsk",
  "default",
  "acceptEdits",
  "bypassPermissions",
];

/** The mode that lets less run without asking. */
export function narrower(one: PermissionMode, other: PermissionMode): PermissionMode {
  return NARROW_TO_WIDE.indexOf(other) < NARROW_TO_WIDE.indexOf(one) ? other : one;
}
