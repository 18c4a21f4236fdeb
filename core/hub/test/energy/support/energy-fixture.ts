import { MetricRegistry } from "@vatio/model";
import { type ChannelId, type Instant, type Point, type PointId, row, type SiteId } from "@vatio/plugin-api";
import { VirtualClock } from "@vatio/testkit/virtual-clock";
import { onTestFinished } from "vitest";
import { createEventBus } from "../../../src/bus/index.js";
import { CounterTable } from "../../../src/counters.js";
import { createEnergyService, type EnergyService } from "../../../src/energy/index.js";
import { HealthTree } from "../../../src/health.js";
import { ulids } from "../../../src/random.js";
import {
  createPointRegistry,
  createSiteRegistry,
  type PointRegistry,
  type SiteRegistry,
} from "../../../src/registry/index.js";
import {
  type ChannelNumbers,
  IN_MEMORY,
  openChannelNumbers,
  openStateDatabase,
  openTelemetryStore,
  type TelemetryStore,
} from "../../../src/store/index.js";
import { capturedLog } from "../../store/support/fixture.js";

/** A hub's energy without the rest of the hub. */
export interface EnergyFixture {
  readonly store: TelemetryStore;
  readonly energy: EnergyService;
  readonly points: PointRegistry;
  readonly sites: SiteRegistry;
  readonly site: SiteId;
  readonly clock: VirtualClock;
  readonly health: HealthTree;
  readonly counters: CounterTable;
  readonly log: ReturnType<typeof capturedLog>;
  readonly published: { readonly type: string; readonly payload: unknown }[];
  readonly channels: ChannelNumbers;
  /** Energy alone begins again above the same store: after a stop, or as after a kill, without anything that was not stored yet. */
  reborn(how: "stopped" | "killed"): Promise<EnergyFixture>;
  /** Stops energy and store, and opens both again. */
  restart(): Promise<EnergyFixture>;
  close(): Promise<void>;
  point(role: Point["role"], more?: Partial<Point>): Promise<PointId>;
  write(
    channel: ChannelId,
    rows: readonly (readonly [at: number, values: Readonly<Record<string, number>>])[],
  ): Promise<void>;
}

/** How a fixture is made. */
export interface EnergyFixtureOptions {
  readonly path?: string;
  readonly zone?: string;
  readonly now?: number;
  readonly seed?: number;
}

interface Ground {
  readonly clock: VirtualClock;
  readonly points: PointRegistry;
  readonly sites: SiteRegistry;
  readonly site: SiteId;
  readonly channels: ChannelNumbers;
  readonly events: ReturnType<typeof createEventBus>;
  readonly published: { readonly type: string; readonly payload: unknown }[];
  readonly counters: CounterTable;
  readonly path: string;
}

async function layGround({
  path = IN_MEMORY,
  zone = "UTC",
  now = Date.UTC(2026, 2, 2, 12),
}: EnergyFixtureOptions): Promise<Ground> {
  const clock = new VirtualClock(now as Instant);
  const counters = new CounterTable();
  const database = await openStateDatabase({ path: IN_MEMORY, clock, log: capturedLog() });
  const events = createEventBus({ clock, counters, warn: () => undefined, strict: true });
  const published: Ground["published"] = [];
  events.hub.subscribe("energy.*", (event) => void published.push(event));
  const places = {
    database,
    clock,
    newId: ulids(clock, { bytes: (n) => new Uint8Array(n), float: Math.random }),
    publish: events.hub.publish.bind(events.hub),
  };
  const sites = await createSiteRegistry(places);
  const points = await createPointRegistry(places);
  const channels = await openChannelNumbers(database, clock);
  const { id: site } = await sites.create({
    name: "Home",
    zone,
    currency: "EUR",
    language: "en",
    region: "en-GB",
    nominalVoltage: 230,
    phases: 1,
  });
  onTestFinished(() => database.close());
  return { clock, points, sites, site, channels, events, published, counters, path };
}

const openFor = (
  { path, clock, counters, channels, points }: Ground,
  more: { health: HealthTree; log: ReturnType<typeof capturedLog> },
) =>
  openTelemetryStore({
    ...{ path, clock, counters, channels, ...more },
    metrics: new MetricRegistry(),
    assignments: points,
    config: { commitMs: 10, memoryMb: 256, minFreeMb: 0, commitWhenIdle: true },
  });

/** The store as one energy service sees it: when that is killed, nothing of it is stored any more. */
function mortal(store: TelemetryStore): { readonly store: TelemetryStore; kill(): void } {
  let isDead = false;
  const derived: TelemetryStore["derived"] = {
    ...store.derived,
    transaction: (work) => (isDead ? Promise.reject(new Error("killed")) : store.derived.transaction(work)),
  };
  const seen: Partial<TelemetryStore> = {
    derived,
    exportRows: (query) => store.exportRows(query),
    onCommit: (listener) => store.onCommit(listener),
    onBatch: (listener) => store.onBatch(listener),
    onKeptOut: (listener) => store.onKeptOut(listener),
    last: (target) => store.last(target),
    flush: () => store.flush(),
  };
  const kill = (): void => {
    isDead = true;
  };
  return { store: seen as TelemetryStore, kill };
}

async function build(ground: Ground, opened?: TelemetryStore): Promise<EnergyFixture> {
  const { clock, points, sites, channels, events, counters } = ground;
  const health = new HealthTree();
  const log = capturedLog();
  const store = opened ?? (await openFor(ground, { health, log }));
  const seen = mortal(store);
  const energy = createEnergyService({
    ...{ store: seen.store, channels, points, sites, clock, health, counters, log },
    devices: { list: () => [] },
    events: events.hub,
    atOnce: true,
  });
  energy.start();
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await energy.stop();
    await store.close();
  };
  onTestFinished(close);
  return {
    ...ground,
    ...{ store, energy, health, log, close },
    restart: async () => {
      await close();
      return build(ground);
    },
    reborn: async (how) => {
      if (how === "killed") seen.kill();
      isClosed = true;
      await energy.stop();
      return build(ground, store);
    },
    point: async (role, more = {}) => (await points.create({ name: role, role, site: ground.site, ...more })).id,
    write: async (channel, rows) => {
      await channels.allocate([channel]);
      await store.write(rows.map(([at, values]) => row(channel, at as Instant, values)));
    },
  };
}

/** Opens a store and the energy above it, in virtual time; both end with the test. */
export const openEnergy = async (options: EnergyFixtureOptions = {}): Promise<EnergyFixture> =>
  build(await layGround(options));
