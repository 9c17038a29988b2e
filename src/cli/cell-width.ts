const WIDE =
  /^(?:\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6])/u;
/** A letter is a column: no need to ask what a reader sees as one. */
const PLAIN = /^[\x20-\x7e]*$/;
/** Made when it is needed: that takes longer than most commands run. */
let segmenter: Intl.Segmenter | undefined;

/** The letters of a text as a reader sees them. */
function letters(text: string): Iterable<Intl.SegmentData> {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return segmenter.segment(text);
}

/** Columns that a text takes in a terminal; one or two for each letter as a reader sees it. */
export function cellWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of letters(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** The text in at most `width` columns, with an ellipsis where something was cut. */
export function cut(text: string, width: number): string {
  if (cellWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of letters(text)) {
    used += WIDE.test(segment) ? 2 : 1;
    if (used > width - 1) break;
    kept += segment;
  }
  return width > 0 ? `${kept}…` : "";
}
