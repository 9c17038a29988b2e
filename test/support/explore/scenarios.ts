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
