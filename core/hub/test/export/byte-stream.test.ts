import { connect } from "node:net";
import { eventually } from "@vatio/testkit";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { Hono } from "hono";
import { describe, expect, it, onTestFinished } from "vitest";
import { byteStream } from "../../src/export/byte-stream.js";
import { ExportGate } from "../../src/export/export-gate.js";
import type { AppEnv } from "../../src/http/app-env.js";
import { createListener } from "../../src/http/server.js";
import { testConfig } from "../http/support/test-services.js";
import { NOW } from "../store/support/fixture.js";

const PIECE = 64 * 1024;

/** Pieces without end, counted. */
class Endless {
  made = 0;
  returned = false;
  readonly ends: unknown[] = [];

  async *pieces(): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (;;) {
        this.made++;
        yield new Uint8Array(PIECE);
      }
    } finally {
      this.returned = true;
    }
  }

  stream(): Promise<ReadableStream<Uint8Array>> {
    return byteStream({ pieces: this.pieces(), abort: () => undefined }, (error) => this.ends.push(error));
  }
}

async function* failing(after: number): AsyncGenerator<Uint8Array, void, void> {
  for (let i = 0; i < after; i++) yield new Uint8Array([i]);
  throw new Error("torn");
}

describe("a stream of pieces", () => {
  it("makes a piece when it is taken, and none ahead but the first", async () => {
    const source = new Endless();
    const reader = (await source.stream()).getReader();
    expect(source.made).toBe(1);
    await reader.read();
    await reader.read();
    expect(source.made).toBe(2);
    await reader.cancel();
    expect(source).toMatchObject({ returned: true, ends: [undefined] });
  });

  it("fails before it begins when the first piece fails", async () => {
    const ends: unknown[] = [];
    const source = { pieces: failing(0), abort: () => undefined };
    await expect(byteStream(source, (error) => ends.push(error))).rejects.toThrow("torn");
    expect(ends).toHaveLength(1);
  });

  it("breaks off when a later piece fails, so that nobody takes it for whole", async () => {
    const ends: unknown[] = [];
    const stream = await byteStream({ pieces: failing(2), abort: () => undefined }, (error) => ends.push(error));
    await expect(new Response(stream).arrayBuffer()).rejects.toThrow();
    expect(ends).toHaveLength(1);
  });

  it("ends once, without an error, when all is read", async () => {
    const ends: unknown[] = [];
    async function* two(): AsyncGenerator<Uint8Array, void, void> {
      yield new Uint8Array([1]);
      yield new Uint8Array([2]);
    }
    const stream = await byteStream({ pieces: two(), abort: () => undefined }, (error) => ends.push(error));
    expect([...new Uint8Array(await new Response(stream).arrayBuffer())]).toEqual([1, 2]);
    expect(ends).toEqual([undefined]);
  });
});

describe("over the real server", () => {
  async function serve(source: Endless): Promise<number> {
    const app = new Hono<AppEnv>().get("/file", async () => new Response(await source.stream()));
    const listener = createListener({
      config: testConfig(),
      app,
      clock: new VirtualClock(NOW),
      onRefused: () => undefined,
    });
    const { port } = await listener.start();
    onTestFinished(() => listener.stop());
    return port;
  }

  it("a client that does not read stops the making, and one that goes away ends it", async () => {
    const source = new Endless();
    const socket = connect(await serve(source), "127.0.0.1");
    socket.pause();
    socket.write("GET /file HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let [before, quiet] = [0, 0];
    // What the system buffers for the client is some megabytes; then nothing moves any more.
    await eventually(() => {
      quiet = source.made > 0 && source.made === before ? quiet + 1 : 0;
      before = source.made;
      return quiet > 40;
    }, "the making comes to rest");
    expect(source.made * PIECE).toBeLessThan(64 * 1024 * 1024);
    expect(source.ends).toEqual([]);
    socket.destroy();
    await eventually(() => source.returned && source.ends.length === 1, "the making ends");
  });
});

describe("the gate", () => {
  it("lets two in, says what to do to the third, and forgets nobody twice", () => {
    const gate = new ExportGate();
    const leave = gate.enter();
    gate.enter();
    expect(() => gate.enter()).toThrow(expect.objectContaining({ code: "E_EXPORT_BUSY", retryable: true }));
    leave();
    leave();
    expect(gate.running).toBe(1);
    gate.enter();
    expect(() => gate.enter()).toThrow(/Wait until one is done/);
  });
});
