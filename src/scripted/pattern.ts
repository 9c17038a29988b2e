/** `/source/flags` is a regular expression (flags i, m, s, u); any other text is looked for as it stands. */
export function parsePattern(
  source: string,
): { readonly ok: true; readonly pattern: RegExp } | { readonly ok: false; readonly why: string } {
  if (!source.startsWith("/"))
    return { ok: true, pattern: new RegExp(source.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")) };
  const parts = /^\/(.+)\/([imsu]*)$/s.exec(source);
  const [, body, flags] = parts ?? [];
  if (body === undefined)
    return {
      ok: false,
      why: `${source} begins like a regular expression, which ends with / and flags of i, m, s, u (in YAML, put it in single quotes: " #" begins a comment)`,
    };
  try {
    return { ok: true, pattern: new RegExp(body, flags) };
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, why: error.message };
    throw error;
  }
}
