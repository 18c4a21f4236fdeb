import { dayNumberOf, type EnergyLimits, startOfDayNumber } from "@vatio/model";
import {
  type ChannelId,
  type Log,
  type Point,
  type PointId,
  type Range,
  type Text,
  text,
  VatioError,
} from "@vatio/plugin-api";
import type { HubEvents } from "../bus/index.js";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import type { HealthTree } from "../health.js";
import type { ImportLinks } from "../imports/types.js";
import type { DeviceRegistry, PointRegistry, SiteRegistry } from "../registry/types.js";
import type { ChannelNumbers, TelemetryStore } from "../store/types.js";
import { publishFresh, readEvents } from "./counter-events.js";
import type { FreshEvents } from "./energy-storage.js";
import { EnergyWorker } from "./energy-worker.js";
import { QualityReader } from "./quality/quality-reader.js";
import type { ChannelQuality, DayEnergy, EnergyService, StoredCounterEvent, Usage, UsageQuery } from "./types.js";
import { UsageReader } from "./usage/usage-reader.js";

/** What energy works with. */
export interface EnergyServiceOptions {
  readonly store: TelemetryStore;
  readonly channels: ChannelNumbers;
  readonly points: PointRegistry;
  readonly sites: SiteRegistry;
  readonly devices: Pick<DeviceRegistry, "list">;
  readonly events: HubEvents["hub"];
  readonly clock: HubClock;
  readonly health: HealthTree;
  readonly counters: CounterTable;
  readonly log: Log;
  /** Imports that belong to points. */
  readonly imports?: ImportLinks;
  /** Works at once after each commit: for tests. */
  readonly atOnce?: boolean;
}

const HEALTH = "hub/energy";
const MOST_EVENTS = 1_000;
const MOST_DAYS = 8_700;

class ChannelEnergy implements EnergyService {
  readonly #options: EnergyServiceOptions;
  readonly #worker: EnergyWorker;
  readonly #usage: UsageReader;
  readonly #quality: QualityReader;
  readonly #subscriptions: Disposable[] = [];

  constructor(options: EnergyServiceOptions) {
    this.#options = options;
    const { devices } = options;
    this.#worker = new EnergyWorker({
      ...options,
      knownChannels: () => devices.list().flatMap(({ channels }) => channels.map(({ id }) => id)),
      limitsOf: (channel) => this.#limitsOf(channel),
      zones: () => [...new Set(options.sites.list().map(({ zone }) => zone))],
      atOnce: options.atOnce ?? false,
      onChanged: (channels) => this.#changed(channels),
      onEvents: (fresh) => this.#happened(fresh),
      onProgress: () => this.#describe(),
      onSave: () => this.#quality.save(),
    });
    const reading = { ...options, worker: this.#worker };
    this.#usage = new UsageReader(reading);
    this.#quality = new QualityReader({ ...reading, usage: this.#usage });
  }

  start(): void {
    const { events } = this.#options;
    this.#subscriptions.push(
      events.subscribe("point.changed", ({ payload }) => this.#pointChanged(payload.point)),
      events.subscribe("settings.changed", ({ payload }) => {
        if (payload.key.startsWith("site.")) this.#worker.zonesChanged();
      }),
      ...this.#quality.watch(),
    );
    this.#describe();
    this.#worker.start();
  }

  async stop(): Promise<void> {
    for (const subscription of this.#subscriptions.splice(0)) subscription[Symbol.dispose]();
    await this.#worker.stop();
  }

  usage(query: UsageQuery): Promise<Usage> {
    return this.#usage.usage(query);
  }

  async slots(point: PointId, range: Range): ReturnType<EnergyService["slots"]> {
    this.#point(point);
    return this.#usage.slots(point, range);
  }

  async daily(point: PointId, from: DayEnergy["day"], to: DayEnergy["day"]): Promise<readonly DayEnergy[]> {
    const zone = this.#options.sites.get(this.#point(point).site)?.zone ?? "UTC";
    const [first, last] = [dayNumberOf(from), dayNumberOf(to)];
    if (!(first <= last) || last - first > MOST_DAYS)
      throw new VatioError(
        "E_RANGE_INVALID",
        "The last day must not be before the first. Days are written as 2026-03-29.",
      );
    const range = { from: startOfDayNumber(first, zone), to: startOfDayNumber(last + 1, zone) };
    return this.#usage.days(point, range, zone);
  }

  events(query: Parameters<EnergyService["events"]>[0]): Promise<readonly StoredCounterEvent[]> {
    const limit = Math.min(query.limit, MOST_EVENTS);
    return readEvents({ ...this.#options, derived: this.#options.store.derived }, { ...query, limit });
  }

  quality(site: Parameters<EnergyService["quality"]>[0]): Promise<readonly ChannelQuality[]> {
    return this.#quality.read(site);
  }

  async recompute(channel: ChannelId, { from, to }: Range): Promise<void> {
    this.#worker.again(channel, { first: from, last: to });
    await this.#worker.settle();
  }

  get idle(): boolean {
    return this.#worker.idle;
  }

  async settle(): Promise<void> {
    await this.#options.store.flush();
    await this.#worker.settle();
  }

  get behind(): Text | undefined {
    const channels = this.#worker.behind;
    return channels === 0 ? undefined : text("energy.behind", { channels });
  }

  #point(id: PointId): Point {
    const point = this.#options.points.get(id);
    if (point) return point;
    throw new VatioError("E_POINT_UNKNOWN", "There is no such point.", { details: { id } });
  }

  /** The ceiling that a person said of the point that the channel measures. */
  #limitsOf(channel: ChannelId): EnergyLimits {
    const { points } = this.#options;
    const point = points.pointOf(channel);
    const ceilingW = point === undefined ? undefined : points.get(point)?.powerCeiling;
    return ceilingW === undefined ? {} : { ceilingW };
  }

  #pointChanged(point: PointId): void {
    const { points } = this.#options;
    this.#worker.limitsChanged(points.assignmentsOf(point).map(({ channel }) => channel));
  }

  #changed(channels: readonly ChannelId[]): void {
    this.#options.events.publish("energy.updated", { channels });
  }

  #happened(fresh: readonly FreshEvents[]): void {
    publishFresh(this.#options, fresh);
  }

  #describe(): void {
    const { health } = this.#options;
    health.fine(HEALTH, this.behind ?? text("health.energy-ok"));
    const [failed] = this.#worker.failed;
    if (failed) health.set(HEALTH, "degraded", text("health.energy-failed", { channel: failed.channel }));
    else health.ok(HEALTH);
  }
}

/** Makes the service of energy. Nothing happens before `start`. */
export const createEnergyService = (options: EnergyServiceOptions): EnergyService => new ChannelEnergy(options);
