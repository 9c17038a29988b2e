import { z } from "zod";

/** What a member may do without asking; from narrow to wide: plan, dontAsk, default, acceptEdits, bypassPermissions. */
export const PermissionMode = z.enum(["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"]);
export type PermissionMode = z.infer<typeof PermissionMode>;

/** What a question to a person is about. */
export const ApprovalKind = z.enum(["permission", "plan", "sandbox", "budget", "trust"]);
export type ApprovalKind = z.infer<typeof ApprovalKind>;

/** SHA-256 in hex. */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/, "a digest has 64 hex digits");

/** What a member means to do for a task, before it changes a file. */
export const Plan = z.looseObject({
  /** From 1; each plan that is submitted for the same task counts one up. */
  version: z.int().positive(),
  text: z
    .string()
    .min(1)
    .max(64 * 1024),
  /** Paths or patterns that it means to change, as it wrote them. */
  files: z.array(z.string().max(1000)).max(100),
});
export type Plan = z.infer<typeof Plan>;
