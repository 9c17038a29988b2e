/** What a line says, for the trace. */
export function gist(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString();
  const op = /"op":"(\w+)"/.exec(text)?.[1] ?? "message";
  return `${op} ${/"id":"([^"]+)"/.exec(text)?.[1] ?? ""}`.trim();
}
