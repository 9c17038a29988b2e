import type { RateGate } from "../../agent/loop-deps.ts";
import type { PermissionMode } from "../../protocol/permissions.ts";
import type { UsageEvent } from "../cost.ts";
import type { EnvFile } from "./env-file.ts";

/** What of a life is put together after its hooks. */
export interface HookLife {
  /** The mode in which the member works, as its gate has it. */
  mode?: () => PermissionMode;
  /** Counts a model call. */
  count?: (event: UsageEvent) => void;
  /** What all who use the member's key wait at. */
  rate?: RateGate;
  /** Adds to the environment of the member's commands. */
  addEnv?: (read: EnvFile["read"]) => Promise<void>;
}
