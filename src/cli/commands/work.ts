import type { Command, Group } from "../command.ts";
import { agentGroup } from "./agent/group.ts";
import { inbox } from "./inbox.ts";
import { send } from "./send.ts";
import { taskGroup } from "./task/group.ts";

export const workCommands: readonly (Command | Group)[] = [taskGroup, agentGroup, send, inbox];
