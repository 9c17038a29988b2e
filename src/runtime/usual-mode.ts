import { PermissionMode } from "../protocol/permissions.ts";
import type { Settings } from "../protocol/settings.ts";

/** `permissions.defaultMode`, for whoever was given no mode; a word that is no mode counts as `default`. */
export function usualMode({ permissions }: Settings): PermissionMode {
  return PermissionMode.safeParse(permissions?.defaultMode).data ?? "default";
}
