import fc from "fast-check";

const level = fc.constantFrom("a", "b", "", "$x", "c d");

/** Topics of few levels over a small alphabet, so that they often match. */
export const topics: fc.Arbitrary<string> = fc
  .array(level, { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join("/"))
  .filter((topic) => topic !== "");

/** Valid filters over the same alphabet. */
export const filters: fc.Arbitrary<string> = fc
  .tuple(fc.array(fc.oneof(level, fc.constant("+")), { minLength: 0, maxLength: 3 }), fc.boolean())
  .map(([levels, open]) => [...levels, ...(open ? ["#"] : [])].join("/"))
  .filter((filter) => filter !== "");

function words(length: number): string[][] {
  if (length === 0) return [[]];
  const shorter = words(length - 1);
  return ["a", "b", "", "$x", "c d", "other"].flatMap((word) => shorter.map((rest) => [word, ...rest]));
}

/** Every topic of up to four levels over the alphabet and one word more: enough to tell any two of the filters apart. */
export const everyTopic: readonly string[] = [1, 2, 3, 4]
  .flatMap((length) => words(length).map((levels) => levels.join("/")))
  .filter((topic) => topic !== "");
