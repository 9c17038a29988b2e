/** Something to be found by words. */
export interface Findable {
  readonly name: string;
  readonly group: string;
  readonly description: string;
}

const STOP = new Set(
  "a an and are as at be by for from has have in is it its of on or that the this to was were will with you your all any can do if not use".split(
    " ",
  ),
);
const NAME_WEIGHT = 3;

type Vector = ReadonlyMap<string, number>;

/** Those that have a word of the query, the best first: tf-idf and cosine. Source: plugins.md §C5. */
export function rank<T extends Findable>(query: string, all: readonly T[]): readonly T[] {
  const counts = all.map(({ name, group, description }) =>
    countWords([...Array.from({ length: NAME_WEIGHT }, () => name), group, description].join(" ")),
  );
  const spread = new Map<string, number>();
  for (const words of counts) for (const word of words.keys()) spread.set(word, (spread.get(word) ?? 0) + 1);
  const rarity = (word: string): number => Math.log(1 + all.length / (1 + (spread.get(word) ?? 0)));
  const wanted = unit(countWords(query), rarity);
  return all
    .map((one, at) => ({ one, at, score: cosine(wanted, unit(counts[at] ?? new Map(), rarity)) }))
    .filter(({ score }) => score > 0)
    .toSorted((left, right) => right.score - left.score || left.at - right.at)
    .map(({ one }) => one);
}

function countWords(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const words = text.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  for (const [found] of words.matchAll(/[a-z0-9]{2,}/g)) {
    if (STOP.has(found)) continue;
    const word = stem(found);
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** Also without its last e, so that `issue` is `issues` and `create` is `creating`. */
function stem(word: string): string {
  const cut = word.replace(/(?:ing|ed|es|e|s)$/, "");
  return cut.length < 2 ? word : cut;
}

function unit(counts: ReadonlyMap<string, number>, rarity: (word: string) => number): Vector {
  const weights = [...counts].map(([word, count]): [string, number] => [
    word,
    (1 + Math.log(count)) * rarity(word),
  ]);
  const length = Math.hypot(...weights.map(([, weight]) => weight)) || 1;
  return new Map(weights.map(([word, weight]) => [word, weight / length]));
}

function cosine(one: Vector, other: Vector): number {
  let sum = 0;
  for (const [word, weight] of one) sum += weight * (other.get(word) ?? 0);
  return sum;
}
