import { relative } from "node:path";
import type { GateContext } from "./gate-context.ts";
import { escapedPath } from "./path-glob.ts";
import { isBelow, type Place, type Places } from "./places.ts";
import { type Grant, nothing, type Objection, type Subject } from "./subject.ts";

export interface FileCall {
  readonly kind: "read" | "write" | "cd";
  /** As the model wrote them; all of them have to be allowed. */
  readonly paths: readonly string[];
}

const TOOL = { read: "Read", write: "Edit", cd: "Cd" } as const;

export function fileSubject({ kind, paths }: FileCall, context: GateContext, places: Places): Subject {
  const tool = TOOL[kind];
  const limit = paths.map(spellingTrouble).find((reason) => reason !== undefined);
  // A path that is not even looked at has no place.
  const found = limit === undefined ? paths.map((path) => places.at(path, [context.cwd])) : [];
  const isWriting = kind === "write";
  return {
    limit: () => {
      const reason = limit ?? found.map(systemTrouble).find((one) => one !== undefined);
      return reason === undefined ? undefined : { by: "path", reason };
    },
    rule: (behavior) =>
      found
        .map((place) => {
          const own = places.rule(behavior, tool, place);
          return own ?? (behavior === "deny" && isWriting ? places.rule("deny", "Read", place) : undefined);
        })
        .find((rule) => rule !== undefined),
    isWriting: () => isWriting,
    unread: nothing,
    critical: nothing,
    protected: () => {
      const place = isWriting ? found.find((one) => places.isProtected(one)) : undefined;
      return (
        place && {
          by: "protected",
          reason: `${place.spelled} is a protected path: something obeys it later.`,
          paths: place.forms,
        }
      );
    },
    grant: () => granted(kind, found, context, places),
    beyondTool: nothing,
    suggestion: () => {
      const [place] = found;
      const pattern = place && found.length === 1 ? patternFor(place, context) : undefined;
      return pattern === undefined ? undefined : `${tool}(${pattern})`;
    },
  };
}

function spellingTrouble(path: string): string | undefined {
  if (path === "") return "The path is empty.";
  if (/\p{Cc}|\p{Cs}/u.test(path)) return "Control characters in a path are refused.";
  if (path.startsWith("~") && path !== "~" && !path.startsWith("~/"))
    return "Other users' folders are not named by ~.";
  return undefined;
}

function systemTrouble({ forms, spelled }: Place): string | undefined {
  const isRefused = forms.some(
    (form) => form !== "/dev/null" && ["/proc", "/sys", "/dev"].some((one) => isBelow(form, one)),
  );
  return isRefused ? `${spelled} leads to the files of the system.` : undefined;
}

function granted(
  kind: FileCall["kind"],
  found: readonly Place[],
  context: GateContext,
  places: Places,
): Grant | Objection {
  const isFree = kind !== "write" || context.mode === "acceptEdits";
  const isWithin = kind === "read" ? places.isReadable : places.isInside;
  const rules = found.map((place) => places.rule("allow", TOOL[kind], place));
  if (found.every((place, index) => rules[index] !== undefined || (isFree && isWithin(place))))
    return { rule: rules.find((rule) => rule !== undefined) };
  const outside = found.find((place) => !places.isInside(place));
  return {
    by: "mode",
    reason: outside
      ? `${outside.spelled} is outside of the working folders.`
      : `No rule allows to change ${found[0]?.spelled ?? "it"}.`,
  };
}

/** From the cwd where it is in there, else from the root; none where a link leads: a rule would need both its ends. */
function patternFor({ spelled, forms }: Place, { cwd, realPath }: GateContext): string | undefined {
  const isInside = spelled !== cwd && isBelow(spelled, cwd);
  const meant = isInside ? [spelled, `${realPath(cwd)}/${relative(cwd, spelled)}`] : [spelled];
  if (!forms.every((form) => meant.includes(form))) return undefined;
  return isInside ? `/${escapedPath(relative(cwd, spelled))}` : `/${escapedPath(spelled)}`;
}
