import { mkdirSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import {
  type ChannelId,
  days,
  hours,
  type Instant,
  type PluginId,
  type PointId,
  type Range,
  type SiteId,
} from "@vatio/plugin-api";
import { type HubClock, systemClock } from "../../core/hub/src/clock.js";
import { createHub, type Hub, loadBootConfig } from "../../core/hub/src/index.js";
import { METER_METRICS } from "../store/simulated-meter.js";
import { folderBytes } from "./child-engine.js";
import { DAY_MS, type DataSet } from "./data-set.js";
import type { Engine, EngineKind, Question } from "./peer.js";

const DRIVER = "bench" as PluginId;
const ROWS_AT_ONCE = 8_192;
/** Days between two rounds of sealing. */
const SEAL_EVERY = 5;

/** The system's clock, moved to the days whose readings come: they are sealed as if they came one after the other. */
class MovedClock implements HubClock {
  #shift = 0;

  moveTo(at: number): void {
    this.#shift = at - systemClock.now();
  }

  now(): Instant {
    return (systemClock.now() + this.#shift) as Instant;
  }

  monotonic = systemClock.monotonic;
  timer = systemClock.timer;
}

/** The hub itself, without devices and people: its store, its sealed history and its energy. */
class Vatio implements Engine {
  readonly name = "Vatio";
  readonly #hub: Hub;
  readonly #clock: MovedClock;
  readonly #folder: string;
  #channels: readonly ChannelId[] = [];

  constructor(hub: Hub, clock: MovedClock, folder: string) {
    this.#hub = hub;
    this.#clock = clock;
    this.#folder = folder;
  }

  async load(data: DataSet): Promise<void> {
    const { energy, telemetry } = this.#hub.parts;
    this.#clock.moveTo(data.from);
    this.#channels = await this.#meters(data.meters);
    let day = 0;
    for (const { meter, at, columns } of data.blocks()) {
      const today = Math.floor(((at[0] ?? 0) - data.from) / DAY_MS);
      if (today !== day) await this.#nextDay(data, today);
      day = today;
      await this.#write(this.#channel(meter), at, columns);
    }
    this.#clock.moveTo(data.to + hours(1));
    await telemetry.segments.seal();
    await energy.settle();
  }

  async bytes(): Promise<number> {
    await this.#hub.parts.telemetry.flush();
    return folderBytes(this.#folder);
  }

  memory(): number {
    return process.memoryUsage().rss;
  }

  async ask(question: Question, { from, to }: DataSet): Promise<number> {
    const { telemetry, energy, sites } = this.#hub.parts;
    const target = this.#channel(0);
    const since = (span: number): Range => ({ from: Math.max(from, to - span) as Instant, to: to as Instant });
    const series = async (metrics: readonly string[]): Promise<number> => {
      const found = await telemetry.series({ target, metrics, range: since(DAY_MS), maxBuckets: 1_000 });
      return found.reduce((sum, { avg }) => sum + avg.length, 0);
    };
    const usage = async (bucket: "day" | "hour", range: Range): Promise<number> => {
      const points = [this.#hub.parts.points.pointOf(target) as PointId];
      const answer = await energy.usage({ site: sites.first()?.id as SiteId, bucket, range, points });
      return answer.points[0]?.importWh.length ?? 0;
    };
    switch (question) {
      case "last":
        return Object.keys(telemetry.last(target)).length;
      case "day":
        return series(["power_w"]);
      case "dayAll":
        return series(METER_METRICS);
      case "dailyMonth":
        return usage("day", since(days(30)));
      case "hourlyAll":
        return this.#hourly(target, { from: from as Instant, to: to as Instant });
    }
  }

  stop(): Promise<void> {
    return this.#hub.stop();
  }

  /** The API gives at most 2,000 buckets; a year of hours are the slots, four of them an hour. */
  async #hourly(target: ChannelId, range: Range): Promise<number> {
    const point = this.#hub.parts.points.pointOf(target) as PointId;
    const slots = await this.#hub.parts.energy.slots(point, range);
    const sums = new Map<number, number>();
    for (const { slot, importWh } of slots) {
      const hour = Math.floor(slot / 4);
      sums.set(hour, (sums.get(hour) ?? 0) + importWh);
    }
    return sums.size;
  }

  async #nextDay(data: DataSet, day: number): Promise<void> {
    this.#clock.moveTo(data.from + day * DAY_MS + hours(1));
    if (day % SEAL_EVERY === 0) await this.#hub.parts.telemetry.segments.seal();
  }

  async #write(channel: ChannelId, at: Float64Array, columns: Readonly<Record<string, Float64Array>>): Promise<void> {
    const { telemetry } = this.#hub.parts;
    const writes: Promise<unknown>[] = [];
    for (let first = 0; first < at.length; first += ROWS_AT_ONCE) {
      const piece = Object.entries(columns).map(([metric, column]) => [
        metric,
        column.slice(first, first + ROWS_AT_ONCE),
      ]);
      const rows = { channel, origin: "replay" as const, at: at.slice(first, first + ROWS_AT_ONCE) };
      writes.push(telemetry.write([{ ...rows, columns: Object.fromEntries(piece) }]));
    }
    await Promise.all(writes);
  }

  async #meters(count: number): Promise<readonly ChannelId[]> {
    const { accounts, devices } = this.#hub.parts;
    await accounts.setup(
      {
        code: accounts.setupCode ?? "",
        name: "Bench",
        password: "only for the bench",
        language: "en",
        region: "en-GB",
        zone: "UTC",
        currency: "EUR",
        siteName: "Bench",
        nominalVoltage: 230,
        phases: 1,
      },
      "127.0.0.1",
    );
    const channels: ChannelId[] = [];
    for (let meter = 0; meter < count; meter++) {
      const announced = await devices.announce(DRIVER, {
        hardwareId: `meter-${meter}`,
        channels: [{ key: "main", kind: "meter", metrics: METER_METRICS }],
      });
      await devices.accept(announced.id, { name: `Meter ${meter}` });
      channels.push(announced.channels.main as ChannelId);
    }
    return channels;
  }

  #channel(meter: number): ChannelId {
    const channel = this.#channels[meter];
    if (channel === undefined) throw new Error("Nothing was loaded.");
    return channel;
  }
}

/** Vatio, from this very source. */
export const vatio: EngineKind = {
  name: "Vatio",
  missing: () => undefined,
  start: async (folder) => {
    mkdirSync(folder, { recursive: true });
    const clock = new MovedClock();
    const overrides = {
      data: folder,
      bind: "127.0.0.1",
      http: { port: 0 },
      mqtt: { port: 0 },
      log: { console: false },
      store: { commitMs: 50, memoryMb: 512 },
    };
    const config = await loadBootConfig({ env: {}, cwd: folder, file: false, overrides });
    const uiRoot = path.join(folder, "no-interface");
    const hub = await createHub({ config, clock, plugins: [], uiRoot, version: "0.0.0-bench" });
    return new Vatio(hub, clock, folder);
  },
};
