import type { Group } from "../../command.ts";
import { taskAdd } from "./add.ts";
import { taskAssign } from "./assign.ts";
import { taskBlock, taskUnblock } from "./block.ts";
import { taskClaim } from "./claim.ts";
import { taskDone, taskFail } from "./done.ts";
import { taskList } from "./list.ts";
import { taskNote } from "./note.ts";
import { taskRelease, taskReopen } from "./release.ts";
import { taskReview } from "./review.ts";
import { taskRm } from "./rm.ts";
import { taskShow } from "./show.ts";

export const taskGroup: Group = {
  name: "task",
  summary: "The list that everybody works from.",
  commands: [
    taskList,
    taskAdd,
    taskShow,
    taskClaim,
    taskAssign,
    taskDone,
    taskFail,
    taskRelease,
    taskReopen,
    taskBlock,
    taskUnblock,
    taskNote,
    taskRm,
    taskReview,
  ],
};
