import type { Section } from "./command.ts";
import { lifeCommands } from "./commands/life.ts";
import { lookCommands } from "./commands/look.ts";
import { workCommands } from "./commands/work.ts";

/** Every command, in the order of the help. */
export const sections: readonly Section[] = [
  { title: "Start and stop", entries: lifeCommands },
  { title: "Work together", entries: workCommands },
  { title: "Look", entries: lookCommands },
];
