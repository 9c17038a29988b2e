import type { Model } from "../agent/loop-deps.ts";
import { memberNamed } from "../team/derive.ts";
import type { MemberJob } from "./member-job.ts";
import { openModel, rateKey } from "./model-source.ts";
import { type OwnRateGate, openRateGate } from "./rate-gate.ts";
import { dialectOf } from "./server-facts.ts";

/** The model of a life. */
export interface OwnModel {
  /** The one that the journal names last; the same client until that changes. */
  readonly model: () => Model;
  /** In front of all its requests, also those of subagents. */
  readonly rate: OwnRateGate;
}

export function openOwnModel(job: MemberJob): OwnModel {
  const { team, member, source } = job;
  const nameNow = (): string | undefined =>
    memberNamed(team.state(), member.name)?.model ?? member.definition.model;
  let name = nameNow();
  const dialect = dialectOf(team.host, source);
  let model = { ...openModel(team.host, name, source), dialect };
  return {
    model: () => {
      const now = nameNow();
      if (now !== name) model = { ...openModel(team.host, now, source), dialect };
      name = now;
      return model;
    },
    rate: openRateGate(job, rateKey(team.host, source)),
  };
}
