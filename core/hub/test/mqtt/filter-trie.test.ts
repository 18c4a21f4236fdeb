import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FilterTrie } from "../../src/mqtt/filter-trie.js";
import { topicMatches } from "../../src/mqtt/topic-filter.js";
import { filters, topics } from "./support/arbitraries.js";

describe("FilterTrie", () => {
  it("finds exactly the values whose filters match, whatever was added and taken away before", () => {
    const changes = fc.array(fc.record({ filter: filters, value: fc.nat(5), add: fc.boolean() }), { maxLength: 30 });
    fc.assert(
      fc.property(changes, fc.array(topics, { maxLength: 8 }), (list, asked) => {
        const trie = new FilterTrie<number>();
        const model = new Map<string, { filter: string; value: number }>();
        for (const { filter, value, add } of list) {
          if (add) trie.add(filter, value);
          else trie.delete(filter, value);
          if (add) model.set(`${filter} ${value}`, { filter, value });
          else model.delete(`${filter} ${value}`);
        }
        for (const topic of asked) {
          const expected = [...model.values()]
            .filter(({ filter }) => topicMatches(filter, topic))
            .map(({ value }) => value);
          expect([...trie.match(topic)].sort()).toEqual([...new Set(expected)].sort());
          expect(trie.has(topic)).toBe(expected.length > 0);
        }
      }),
    );
  });
});
