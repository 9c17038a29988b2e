import type { SimDisk } from "../sim-disk.ts";
import type { Plan } from "./plan.ts";
import type { SimProcess } from "./sim-process.ts";
import type { Laws, SimWorld } from "./sim-world.ts";

/** One run: its processes, and what they share. */
export interface World {
  readonly disk: SimDisk;
  readonly shared: SimWorld;
  readonly laws: Laws;
  readonly plan: Plan;
  readonly processes: SimProcess[];
  /** What each step was, said when somebody asks. */
  readonly trace: (() => string)[];
  /** The inode of the snapshot that was there at the beginning. */
  readonly snapshot: number | undefined;
}
