import type { Command } from "../command.ts";
import { cost } from "./cost.ts";
import { doctor } from "./doctor.ts";
import { status } from "./status.ts";
import { timelineCommand } from "./timeline.ts";
import { version } from "./version.ts";

export const lookCommands: readonly Command[] = [status, timelineCommand, cost, doctor, version];
