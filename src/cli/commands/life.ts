import type { Command } from "../command.ts";
import { create } from "./create.ts";
import { demo } from "./demo.ts";
import { down } from "./down.ts";
import { init } from "./init.ts";
import { join } from "./join.ts";
import { resume } from "./resume.ts";
import { rm } from "./rm.ts";
import { run } from "./run.ts";
import { supervise } from "./supervise.ts";
import { up } from "./up.ts";

export const lifeCommands: readonly Command[] = [
  demo,
  init,
  up,
  run,
  down,
  resume,
  create,
  join,
  rm,
  supervise,
];
