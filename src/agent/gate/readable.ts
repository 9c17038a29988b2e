import type { GateContext } from "./gate-context.ts";
import { placesOf } from "./places.ts";

/** Whether no rule forbids to read a file, or asks about it, by its real path: a search shows nothing of the others. */
export function readableFiles(context: GateContext): (path: string) => boolean {
  const { deny, ask } = context.rules;
  if (deny.paths.Read.length + ask.paths.Read.length === 0) return () => true;
  const places = placesOf(context);
  return (path) => {
    const place = { spelled: path, forms: [path] };
    return !places.rule("deny", "Read", place) && !places.rule("ask", "Read", place);
  };
}
