import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  filterCovers,
  filterProblem,
  filtersOverlap,
  minimalFilters,
  topicMatches,
  topicProblem,
} from "../../src/mqtt/topic-filter.js";
import { everyTopic, filters, topics } from "./support/arbitraries.js";

describe("topicMatches", () => {
  // MQTT 3.1.1 sections 4.7.1.2, 4.7.1.3 and 4.7.2: the examples of the standard.
  it.each([
    ["sport/tennis/player1/#", "sport/tennis/player1", true],
    ["sport/tennis/player1/#", "sport/tennis/player1/ranking", true],
    ["sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true],
    ["sport/#", "sport", true],
    ["#", "any/topic", true],
    ["sport/tennis/+", "sport/tennis/player1", true],
    ["sport/tennis/+", "sport/tennis/player1/ranking", false],
    ["sport/+", "sport", false],
    ["sport/+", "sport/", true],
    ["+/+", "/finance", true],
    ["/+", "/finance", true],
    ["+", "/finance", false],
    ["+/tennis/#", "x/tennis", true],
    ["#", "$SYS/uptime", false],
    ["+/monitor/Clients", "$SYS/monitor/Clients", false],
    ["$SYS/#", "$SYS/uptime", true],
    ["$SYS/monitor/+", "$SYS/monitor/Clients", true],
    ["ACCOUNTS", "Accounts", false],
    ["a/b", "a/b/c", false],
    ["a/b/c", "a/b", false],
  ])("%s and %s: %s", (filter, topic, expected) => {
    expect(topicMatches(filter, topic)).toBe(expected);
  });

  it("takes a topic as a filter of itself", () => {
    fc.assert(fc.property(topics, (topic) => topicMatches(topic, topic)));
  });
});

describe("topicProblem and filterProblem", () => {
  it.each([
    ["a/b c/ñ/水", undefined, undefined],
    ["/", undefined, undefined],
    ["", "empty", "empty"],
    ["a/+/b", "wildcard", undefined],
    ["a/#", "wildcard", undefined],
    ["#", "wildcard", undefined],
    ["a+", "wildcard", "wildcard"],
    ["+a/b", "wildcard", "wildcard"],
    ["a#", "wildcard", "wildcard"],
    ["a/#/b", "wildcard", "wildcard"],
    ["#/a", "wildcard", "wildcard"],
    ["a\u0000b", "control-character", "control-character"],
    ["a\nb", "control-character", "control-character"],
    ["a\ufffdb", "control-character", "control-character"],
    ["x".repeat(513), "too-long", "too-long"],
    ["/".repeat(64), "too-deep", "too-deep"],
  ])("%j", (value, asTopic, asFilter) => {
    expect([topicProblem(value), filterProblem(value)]).toEqual([asTopic, asFilter]);
  });
});

describe("filterCovers", () => {
  it.each([
    ["a/#", "a/+/b", true],
    ["a/#", "a", true],
    ["a/#", "a/#", true],
    ["+/b", "a/b", true],
    ["+/b", "#", false],
    ["a/+", "a/#", false],
    ["#", "$SYS/#", false],
    ["+/x", "$SYS/x", false],
    ["$SYS/#", "$SYS/x", true],
  ])("%s covers %s: %s", (wide, narrow, expected) => {
    expect(filterCovers(wide, narrow)).toBe(expected);
  });

  it("is never true when some topic of the narrow one escapes the wide one", () => {
    const covering = fc.tuple(filters, filters).filter(([wide, narrow]) => filterCovers(wide, narrow));
    fc.assert(
      fc.property(covering, ([wide, narrow]) => {
        expect(everyTopic.filter((topic) => topicMatches(narrow, topic) && !topicMatches(wide, topic))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("covers each topic that it matches", () => {
    fc.assert(
      fc.property(filters, topics, (filter, topic) => filterCovers(filter, topic) === topicMatches(filter, topic)),
    );
  });
});

describe("filtersOverlap", () => {
  it("is true exactly when some topic matches both", () => {
    fc.assert(
      fc.property(filters, filters, (one, other) => {
        const both = everyTopic.some((topic) => topicMatches(one, topic) && topicMatches(other, topic));
        expect([one, other, filtersOverlap(one, other)]).toEqual([one, other, both]);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ["/#", "+", false],
    ["/#", "#", true],
    ["/#", "+/#", true],
    ["/#", "+/+", true],
    ["a/#", "+", true],
  ])("of %s and %s is %s", (one, other, overlap) => {
    expect([filtersOverlap(one, other), filtersOverlap(other, one)]).toEqual([overlap, overlap]);
  });
});

describe("minimalFilters", () => {
  it("matches the same topics with no filter that another one covers", () => {
    fc.assert(
      fc.property(fc.array(filters, { maxLength: 6 }), (list) => {
        const minimal = minimalFilters(list);
        for (const topic of everyTopic)
          expect(minimal.some((filter) => topicMatches(filter, topic))).toBe(
            list.some((filter) => topicMatches(filter, topic)),
          );
        for (const one of minimal) expect(minimal.filter((other) => filterCovers(other, one))).toEqual([one]);
      }),
      { numRuns: 30 },
    );
  });
});
