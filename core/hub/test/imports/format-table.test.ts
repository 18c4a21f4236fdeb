import { type ImportFile, type ImportFormat, type ImportPart, Type, text, VatioError } from "@vatio/plugin-api";
import { describe, expect, it } from "vitest";
import { type FormatOwner, FormatTable } from "../../src/imports/format-table.js";

const HEAD = { name: "a", head: new Uint8Array() };
const FILE = { name: "a", bytes: 0, path: "", read: async function* () {} } as unknown as ImportFile;

class Owner implements FormatOwner {
  readonly id = "mine";
  readonly stopping = new AbortController();
  readonly failures: string[] = [];
  entered = 0;
  get signal(): AbortSignal {
    return this.stopping.signal;
  }
  enter<T>(call: () => T): T {
    this.entered += 1;
    return call();
  }
  failed(error: unknown): void {
    this.failures.push(VatioError.from(error).message);
  }
}

const formatOf = (more: Partial<ImportFormat> = {}): ImportFormat => ({
  id: "log",
  title: text("x"),
  extensions: [],
  options: Type.Object({}),
  recognise: () => 0.5,
  read: async function* () {},
  ...more,
});

const all = async (parts: AsyncIterable<ImportPart>): Promise<number> => {
  let count = 0;
  for await (const _part of parts) count += 1;
  return count;
};

const note: ImportPart = { note: text("x"), count: 1 };
const never = (): AbortSignal => new AbortController().signal;

describe("formats", () => {
  it("are there while their plugin offers them, each id once", () => {
    const table = new FormatTable();
    const offered = table.provide(new Owner(), formatOf());
    expect(() => table.provide(new Owner(), formatOf())).toThrow(
      expect.objectContaining({ code: "E_IMPORT_FORMAT_INVALID" }),
    );
    expect(table.list().map(({ id, plugin }) => [id, plugin])).toEqual([["log", "mine"]]);
    offered[Symbol.dispose]();
    expect(table.get("log")).toBeUndefined();
    offered[Symbol.dispose]();
  });

  it.each(["", "Log", "my log", "-a", "a-", "é", "x".repeat(65)])("are not called %j", (id) => {
    expect(() => new FormatTable().provide(new Owner(), formatOf({ id }))).toThrow(VatioError);
  });

  it.each<readonly [Partial<ImportFormat>, number]>([
    [{ recognise: () => 7 }, 1],
    [{ recognise: () => -1 }, 0],
    [{ recognise: () => Number.NaN }, 0],
    [{ recognise: () => "sure" as unknown as number }, 0],
  ])("are as sure as they may be", (more, sure) => {
    const table = new FormatTable();
    table.provide(new Owner(), formatOf(more));
    expect(table.get("log")?.recognise(HEAD)).toBe(sure);
  });

  it("that throw where they must not are noted, and count for nothing", () => {
    const owner = new Owner();
    const table = new FormatTable();
    const fails = (): never => {
      throw new TypeError("oh");
    };
    table.provide(owner, formatOf({ recognise: fails, suggest: fails }));
    expect(table.get("log")?.recognise(HEAD)).toBe(0);
    expect(table.get("log")?.suggest(HEAD)).toEqual({});
    expect(owner.failures).toEqual(["oh", "oh"]);
  });
});

describe("reading", () => {
  const reader = (owner: Owner, read: ImportFormat["read"]) => {
    const table = new FormatTable();
    const offer = table.provide(owner, formatOf({ read }));
    return { format: table.get("log"), offer };
  };

  it("runs every step in the name of the plugin", async () => {
    const owner = new Owner();
    const { format } = reader(owner, async function* () {
      yield note;
      yield note;
    });
    expect(await all(format?.read(FILE, {}, never()) ?? fail())).toBe(2);
    expect(owner.entered).toBeGreaterThanOrEqual(4);
  });

  it.each<readonly [string, Error, string, number]>([
    ["what the format means", new VatioError("E_IMPORT_UNREADABLE", "no"), "E_IMPORT_UNREADABLE", 0],
    ["a bug", new TypeError("oh"), "E_IMPORT_FAILED", 1],
  ])("passes on %s", async (_what, thrown, code, failures) => {
    const owner = new Owner();
    const { format } = reader(owner, async function* () {
      yield note;
      throw thrown;
    });
    await expect(all(format?.read(FILE, {}, never()) ?? fail())).rejects.toMatchObject({ code });
    expect(owner.failures).toHaveLength(failures);
  });

  it.each<readonly [string, (owner: Owner, offer: Disposable) => void]>([
    ["stops", (owner) => owner.stopping.abort()],
    ["takes its offer back", (_owner, offer) => offer[Symbol.dispose]()],
  ])("ends when the plugin %s, and lets the format clean up", async (_what, end) => {
    const owner = new Owner();
    let cleaned = false;
    const { format, offer } = reader(owner, async function* () {
      try {
        for (;;) yield note;
      } finally {
        cleaned = true;
      }
    });
    const parts = (format?.read(FILE, {}, never()) ?? fail())[Symbol.asyncIterator]();
    await parts.next();
    end(owner, offer);
    await expect(parts.next()).rejects.toMatchObject({ code: "E_ABORTED" });
    expect(cleaned).toBe(true);
  });
});

const fail = (): never => {
  throw new Error("No format.");
};
