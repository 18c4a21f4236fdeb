import { text } from "@vatio/plugin-api";
import { seededRandom, VirtualClock } from "@vatio/testkit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CounterTable } from "../src/counters.js";
import { HealthTree } from "../src/health.js";
import { readableCode, secretText, systemRandom, ulids } from "../src/random.js";

describe("counters", () => {
  it("add up by scope, name and reason", () => {
    const counters = new CounterTable();
    counters.add("mqtt", "rejected", "too-large");
    counters.scoped("mqtt").add("rejected", "too-large", 2);
    counters.add("mqtt", "rejected", "topic");
    expect(counters.get("mqtt", "rejected", "too-large")).toBe(3);
    expect(counters.get("mqtt", "rejected")).toBe(4);
    expect(counters.get("http", "rejected")).toBe(0);
  });

  it("lose no count, whatever reasons a stranger invents", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 600, maxLength: 900 }), (reasons) => {
        const counters = new CounterTable();
        for (const reason of reasons) counters.add("http", "refused", reason);
        expect(counters.get("http", "refused")).toBe(reasons.length);
        expect(counters.snapshot().length).toBeLessThanOrEqual(501);
      }),
      { numRuns: 20 },
    );
  });
});

describe("health", () => {
  it("is as bad as the worst part, and says why", () => {
    const health = new HealthTree();
    const seen: string[] = [];
    health.onChange((status) => seen.push(status));
    health.ok("hub/store");
    health.set("plugins/shelly", "degraded", text("x.silent"));
    health.set("hub/store", "failed", text("x.full"));
    const tree = health.tree();
    expect(tree.status).toBe("failed");
    expect(tree.why.key).toBe("x.full");
    expect(tree.children.map((child) => [child.name, child.status])).toEqual([
      ["hub", "failed"],
      ["plugins", "degraded"],
    ]);
    expect([health.status("hub"), health.status("plugins"), health.status("hu")]).toEqual(["failed", "degraded", "ok"]);
    health.ok("hub/store");
    health.delete("plugins/shelly");
    expect(health.tree().status).toBe("ok");
    expect(seen).toEqual(["degraded", "failed", "degraded", "ok"]);
  });
});

describe("randomness", () => {
  it("makes ULIDs that sort by time and repeat with the seed", () => {
    const clock = new VirtualClock(1_800_000_000_000 as ReturnType<VirtualClock["now"]>);
    const first = ulids(clock, seededRandom(1))();
    expect(first).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(ulids(clock, seededRandom(1))()).toBe(first);
    clock.jumpTo(1_800_000_000_001 as ReturnType<VirtualClock["now"]>);
    expect(ulids(clock, seededRandom(2))() > first).toBe(true);
  });

  it("makes codes that can be read aloud, and secrets that cannot be guessed", () => {
    expect(readableCode(systemRandom, 8)).toMatch(/^[A-HJKMNP-Z2-9]{8}$/);
    expect(secretText(systemRandom)).toMatch(/^[\w-]{43}$/);
    expect(secretText(systemRandom)).not.toBe(secretText(systemRandom));
  });
});
