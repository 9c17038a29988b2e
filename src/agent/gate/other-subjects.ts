import type { GateContext } from "./gate-context.ts";
import type { Rule } from "./rule.ts";
import { matchesAny, matchesDomain } from "./rule-patterns.ts";
import { nothing, type Objection, type Subject } from "./subject.ts";

const QUIET = {
  limit: nothing,
  isWriting: () => false,
  unread: nothing,
  critical: nothing,
  protected: nothing,
  beyondTool: nothing,
} satisfies Partial<Subject>;

function noRule(what: string): Objection {
  return { by: "mode", reason: `No rule allows ${what}.` };
}

export function fetchSubject(address: string, { rules }: GateContext): Subject {
  const url = /[^\P{Cc}]/u.test(address) || !URL.canParse(address) ? undefined : new URL(address);
  const host = url?.hostname.replace(/\.$/, "") ?? "";
  const labels = host.split(".");
  const find = (list: readonly Rule[]): Rule | undefined =>
    list.find(({ narrow }) => narrow?.domain && matchesDomain(narrow.domain, labels));
  return {
    ...QUIET,
    limit: () => {
      const reason = addressTrouble(url);
      return reason === undefined ? undefined : { by: "input", reason };
    },
    rule: (behavior) => find(rules[behavior].domains),
    grant: () => {
      const rule = find(rules.allow.domains);
      return rule ? { rule } : noRule(`to fetch from ${host}`);
    },
    suggestion: () => (/^[\w.-]+$/.test(host) ? `WebFetch(domain:${host})` : undefined),
  };
}

function addressTrouble(url: URL | undefined): string | undefined {
  if (!url) return "The address is none.";
  if (url.protocol !== "http:" && url.protocol !== "https:") return "Only http and https are fetched.";
  if (url.username !== "" || url.password !== "") return "An address with a name or a password is refused.";
  return url.hostname === "" ? "The address names no host." : undefined;
}

export interface NamedCall {
  readonly tool: "Agent" | "Skill";
  readonly name: string;
  readonly args: string;
}

export function namedSubject({ tool, name, args }: NamedCall, { rules }: GateContext): Subject {
  const whole = args === "" ? name : `${name} ${args}`;
  const find = (list: readonly Rule[], isForbidding: boolean): Rule | undefined =>
    list.find(({ tools, narrow }) => {
      if (!narrow?.name || tools[0]?.head !== tool) return false;
      const { globs, isNameOnly } = narrow.name;
      return matchesAny(globs, whole) || (isForbidding && isNameOnly && matchesAny(globs, name));
    });
  return {
    ...QUIET,
    rule: (behavior) => find(rules[behavior].names, true),
    grant: () => {
      const rule = find(rules.allow.names, false);
      return rule ? { rule } : noRule(`${tool}(${name})`);
    },
    suggestion: () => (/^[\w:.-]{1,100}$/.test(name) && args === "" ? `${tool}(${name})` : undefined),
  };
}

/** A connector's tool, or one that the gate knows nothing of. */
export function unknownSubject(tool: string): Subject {
  return {
    ...QUIET,
    rule: nothing,
    grant: () => noRule(tool),
    suggestion: () => (/^mcp__[\w-]+?__[\w-]+$/.test(tool) ? tool : undefined),
  };
}
