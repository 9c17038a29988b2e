import type { Model } from "../agent/loop-deps.ts";
import { memberNamed } from "../team/derive.ts";
import type { MemberJob } from "./member-job.ts";
import { openModel } from "./model-source.ts";

/** The one that the journal names last; the same client until that changes. */
export function chosenModel({ team, member, source }: MemberJob): () => Model {
  const nameNow = (): string | undefined =>
    memberNamed(team.state(), member.name)?.model ?? member.definition.model;
  let name = nameNow();
  let model = openModel(team.host, name, source);
  return () => {
    const now = nameNow();
    if (now !== name) model = openModel(team.host, now, source);
    name = now;
    return model;
  };
}
