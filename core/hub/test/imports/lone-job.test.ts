import { type Instant, seconds } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit";
import { describe, expect, it } from "vitest";
import { deferred } from "../../src/deferred.js";
import { LoneJob } from "../../src/imports/lone-job.js";

const setUp = () => {
  const clock = new VirtualClock(0 as Instant);
  return { clock, jobs: new LoneJob(clock), work: deferred<string>() };
};

const late = (clock: VirtualClock): boolean => clock.fireNext((clock.now() + seconds(30)) as Instant);

describe("a lone job", () => {
  it("answers everybody who asks the same, and refuses others meanwhile", async () => {
    const { jobs, work } = setUp();
    let begun = 0;
    const order = {
      key: "a",
      work: () => {
        begun += 1;
        return work.promise;
      },
    };
    const both = [jobs.run(order), jobs.run(order)];
    await expect(jobs.run({ key: "b", work: async () => "b" })).rejects.toMatchObject({ code: "E_IMPORT_BUSY" });
    work.resolve("done");
    expect(await Promise.all(both)).toEqual(["done", "done"]);
    expect(begun).toBe(1);
    expect(await jobs.run({ key: "b", work: async () => "b" })).toBe("b");
  });

  it.each(["done", new Error("no")])("goes on when it takes long, and keeps its answer: %s", async (outcome) => {
    const { clock, jobs, work } = setUp();
    const order = { key: "a", work: () => work.promise, progress: () => 0.4 };
    const first = jobs.run(order);
    expect(late(clock)).toBe(true);
    await expect(first).rejects.toMatchObject({ code: "E_IMPORT_BUSY", retryable: true, details: { progress: 0.4 } });
    expect(jobs.busy).toBe(true);
    if (typeof outcome === "string") work.resolve(outcome);
    else work.reject(outcome);
    await jobs.settle();
    expect(jobs.busy).toBe(false);
    const again = jobs.run({ ...order, work: async () => "begun anew" });
    if (typeof outcome === "string") expect(await again).toBe("done");
    else await expect(again).rejects.toBe(outcome);
    expect(await jobs.run({ ...order, work: async () => "begun anew" })).toBe("begun anew");
    expect(clock.pending).toBe(0);
  });
});
