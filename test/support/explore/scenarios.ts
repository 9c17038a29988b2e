import type { Scenario } from "./scenario.ts";
import { DISK } from "./scenarios-disk.ts";
import { MAIL } from "./scenarios-mail.ts";
import { TASKS } from "./scenarios-tasks.ts";

export const SCENARIOS: readonly Scenario[] = [...TASKS, ...MAIL, ...DISK];

export function scenarioNamed(name: string): Scenario {
  const scenario = SCENARIOS.find((each) => each.name === name);
  if (!scenario)
    throw new Error(`no scenario ${name}; there are ${SCENARIOS.map((each) => each.name).join(", ")}`);
  return scenario;
}

/** The scenario with that many processes, where all of them do the same; as it is for 0. */
export function withProcesses(scenario: Scenario, count: number): readonly Scenario[] {
  const [first] = scenario.processes;
  if (count === 0 || count === scenario.processes.length) return [scenario];
  const isSame = scenario.processes.every((body) => body === first);
  if (!first || !isSame) return [];
  const processes = Array.from({ length: count }, () => first);
  return [{ ...scenario, processes, twins: [...processes.keys()] }];
}
