import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Collection } from "../../src/data/collection.js";
import { HubError } from "../../src/data/hub-error.js";

/** Answers that the test gives when it wants to. */
function asked<T>() {
  const pending: { resolve(value: T): void; reject(error: unknown): void }[] = [];
  const load = (): Promise<T> => new Promise((resolve, reject) => pending.push({ resolve, reject }));
  return { load, pending };
}

const settled = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);

describe("Collection", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("loads with the first subscriber, once for all, and closes a while after the last", async () => {
    const { load, pending } = asked<string>();
    let open = 0;
    const collection = new Collection({
      load,
      watch: () => {
        open++;
        return () => open--;
      },
      keepMs: 5_000,
    });
    const ends = [collection.subscribe(() => {}), collection.subscribe(() => {})];
    expect(pending).toHaveLength(1);
    expect(open).toBe(1);
    for (const end of ends) end();
    await vi.advanceTimersByTimeAsync(4_999);
    expect(open).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(open).toBe(0);
  });

  it("stays open when somebody comes back in time", async () => {
    const { load, pending } = asked<string>();
    const collection = new Collection({ load, keepMs: 5_000 });
    collection.subscribe(() => {})();
    await vi.advanceTimersByTimeAsync(4_000);
    collection.subscribe(() => {});
    await vi.advanceTimersByTimeAsync(10_000);
    expect(pending).toHaveLength(1);
  });

  it("loads again when something changed, but never two at a time", async () => {
    const { load, pending } = asked<number>();
    let changed = (): void => {};
    const collection = new Collection({
      load,
      watch: (callback) => {
        changed = callback;
        return () => {};
      },
    });
    collection.subscribe(() => {});
    changed();
    changed();
    expect(pending).toHaveLength(1);
    pending[0]?.resolve(1);
    await settled();
    expect(pending).toHaveLength(2);
    pending[1]?.resolve(2);
    await settled();
    expect(collection.value).toBe(2);
    expect(pending).toHaveLength(2);
  });

  it("keeps the last good answer beside an error", async () => {
    const { load, pending } = asked<number>();
    const collection = new Collection({ load });
    collection.subscribe(() => {});
    pending[0]?.resolve(1);
    await settled();
    void collection.refresh();
    pending[1]?.reject(new HubError("E_HUB_UNREACHABLE", "gone"));
    await settled();
    expect(collection.state).toMatchObject({ value: 1, loading: false, error: { code: "E_HUB_UNREACHABLE" } });
  });

  it("shows a confirmed change at once", async () => {
    const { load, pending } = asked<readonly number[]>();
    const collection = new Collection({ load });
    let calls = 0;
    collection.subscribe(() => calls++);
    pending[0]?.resolve([1, 2]);
    await settled();
    const before = calls;
    collection.patch((numbers) => numbers.map((n) => n * 10));
    expect(collection.value).toEqual([10, 20]);
    expect(calls).toBe(before + 1);
  });
});
