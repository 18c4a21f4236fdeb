import { driverOf } from "@vatio/model";
import {
  type DeviceId,
  type DurationMs,
  days,
  hours,
  type Instant,
  minutes,
  type PluginId,
  seconds,
  text,
  VatioError,
} from "@vatio/plugin-api";
import type { HubEvents } from "../bus/index.js";
import type { HubClock } from "../clock.js";
import type { CounterTable } from "../counters.js";
import type { HubLog } from "../log/types.js";
import type { HubPluginHost } from "../plugins/types.js";
import type { DeviceRecord, DeviceRegistry, PointRegistry, SiteRegistry } from "../registry/types.js";
import type { Settings } from "../settings/types.js";
import type { StateDatabase, TelemetryStore } from "../store/types.js";
import type { DevicePlan } from "./device-plan.js";
import { GapFinder } from "./gap-finder.js";
import { nextNight } from "./night.js";
import { PlanStore } from "./plan-store.js";
import { type Circumstances, progressOf, whyWaiting } from "./progress.js";
import { ProgressEvents } from "./progress-events.js";
import { PieceReader } from "./read-piece.js";
import { ScanQueue } from "./scan-queue.js";
import { pause } from "./store-room.js";
import type { BackfillCause, BackfillProgress, BackfillService } from "./types.js";

/** What the service is made of. */
export interface BackfillOptions {
  readonly database: StateDatabase;
  readonly store: TelemetryStore;
  readonly plugins: Pick<HubPluginHost, "history" | "offersHistory">;
  readonly devices: Pick<DeviceRegistry, "get" | "list">;
  readonly points: Pick<PointRegistry, "get" | "pointOf">;
  readonly sites: Pick<SiteRegistry, "first" | "get" | "list">;
  readonly settings: Pick<Settings, "get">;
  readonly events: HubEvents;
  readonly clock: HubClock;
  readonly counters: CounterTable;
  readonly log: HubLog;
}

/** Days back that are looked at. */
const DAYS = 7;

/** After a start the devices come back first. */
const AFTER_START = minutes(4);
/** After a reconnection the device first tells how it is now, so that the gap has an end before the minutes that are not looked at yet. */
const AFTER_RECONNECT = minutes(4);
/** Between two requests to devices. */
const PAUSE = seconds(1);
/** Requests to one device before another one has its turn. */
const MOST_IN_A_ROW = 40;
/** Nightly looks are spread over this span. */
const NIGHT_SPREAD: DurationMs = minutes(30);
/** A look or a turn that failed for a reason of the hub's own. */
const AFTER_TROUBLE = minutes(1);
/** How long finished work is shown. */
const SHOWN = days(1);
/** Sites come, and their zones change: after this it is looked again when the next night is. */
const NIGHTS_KNOWN: DurationMs = hours(1);

/** Makes the service that fills gaps from the devices' own memory. */
export const createBackfill = (options: BackfillOptions): BackfillService => new Backfill(options);

/**
 * One thing at a time: a look for gaps, or one request to one device. What a person wants now comes first, then whose gaps are the newest.
 */
class Backfill implements BackfillService {
  readonly #options: BackfillOptions;
  readonly #plans: PlanStore;
  readonly #finder: GapFinder;
  readonly #reader: PieceReader;
  readonly #progress: ProgressEvents;
  readonly #scans = new ScanQueue();
  readonly #stopping = new AbortController();
  readonly #subscriptions: Disposable[] = [];
  #wake: Disposable | undefined;
  #loop: Promise<void> | undefined;
  #running: { readonly plan: DevicePlan; readonly controller: AbortController; requests: number } | undefined;
  readonly #resting = new Set<DevicePlan>();
  #busy = 0;
  /** Something changed since the last round began. */
  #again = false;

  constructor(options: BackfillOptions) {
    const { clock, database, events, store } = options;
    this.#options = options;
    this.#plans = new PlanStore(database, clock);
    this.#finder = new GapFinder(store, clock);
    this.#progress = new ProgressEvents({
      clock,
      progressOf: (device) => this.get(device),
      publish: ({ device, state, doneMinutes, totalMinutes }) =>
        events.hub.publish("backfill.progress", { device, state, doneMinutes, totalMinutes }),
    });
    const onStored = ({ device }: DevicePlan): void => this.#progress.changed(device);
    this.#reader = new PieceReader({ ...options, onStored });
  }

  get days(): number {
    return this.#options.settings.get<number>("backfill.days") ?? DAYS;
  }

  get idle(): boolean {
    return this.#busy === 0 && this.#reader.idle;
  }

  async start(): Promise<void> {
    const { clock, devices, events } = this.#options;
    await this.#plans.load();
    for (const { id } of devices.list()) this.#scanAfter(id, "start", AFTER_START);
    this.#subscriptions.push(
      events.hub.subscribe("device.availability", ({ payload: { device, online } }) => {
        if (online) this.#scanAfter(device, "reconnect", AFTER_RECONNECT);
        else this.#progress.changed(device);
      }),
      events.hub.subscribe("device.accepted", ({ payload: { device } }) =>
        this.#scanAfter(device, "accepted", AFTER_RECONNECT),
      ),
      events.hub.subscribe("device.removed", ({ payload: { device } }) => this.#removed(device)),
      events.hub.subscribe("plugin.state", () => this.#pump()),
    );
    this.#armNight(clock.now());
    this.#pump();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#running?.controller.abort();
    this.#wake?.[Symbol.dispose]();
    this.#progress[Symbol.dispose]();
    for (const subscription of this.#subscriptions.splice(0)) subscription[Symbol.dispose]();
    await this.#loop;
  }

  list(): readonly BackfillProgress[] {
    const { clock } = this.#options;
    const order = this.#order();
    const shown = this.#plans.all().filter(({ device, gaps, job, paused }) => {
      const fresh = (job?.finishedAt ?? 0) > clock.now() - SHOWN;
      return this.#options.devices.get(device) && (gaps.length > 0 || fresh || paused);
    });
    const placed = shown.map((plan) => this.#progressOf(plan, order));
    const rank = ({ state, position }: BackfillProgress): number =>
      state === "running" ? 0 : (position ?? (state === "done" ? 1e9 : 1e6));
    return placed.sort((a, b) => rank(a) - rank(b));
  }

  get(device: DeviceId): BackfillProgress | undefined {
    const plan = this.#plans.get(device);
    return plan && this.#progressOf(plan, this.#order());
  }

  async pause(device: DeviceId): Promise<void> {
    const plan = this.#planOf(device);
    plan.paused = true;
    if (this.#running?.plan === plan) this.#running.controller.abort();
    await this.#plans.save(plan);
    this.#progress.changed(device);
  }

  async resume(device: DeviceId): Promise<void> {
    const plan = this.#planOf(device);
    plan.paused = false;
    await this.#plans.save(plan);
    this.#progress.changed(device);
    this.#pump();
  }

  async now(device: DeviceId): Promise<void> {
    const plan = this.#planOf(device);
    plan.paused = false;
    plan.urgent = true;
    plan.forgetAnswers();
    await this.#plans.save(plan);
    this.#scanAfter(device, "manual", 0 as DurationMs);
  }

  #planOf(device: DeviceId): DevicePlan {
    if (this.#options.devices.get(device)) return this.#plans.of(device);
    throw new VatioError("E_DEVICE_UNKNOWN", `There is no device ${device}. It may have been removed.`, {
      details: { id: device },
    });
  }

  async #removed(device: DeviceId): Promise<void> {
    this.#scans.delete(device);
    if (this.#running?.plan.device === device) this.#running.controller.abort();
    await this.#plans.remove(device);
  }

  #scanAfter(device: DeviceId, cause: BackfillCause, span: DurationMs): void {
    this.#scans.add({ device, cause, dueAt: (this.#options.clock.now() + span) as Instant });
    this.#pump();
  }

  /** Every site has its own night; a device is looked at in that of its site. */
  #armNight(after: Instant): void {
    const { clock, sites } = this.#options;
    const nights = sites.list().map(({ id, zone }) => ({ id, at: nextNight(after, zone) }));
    const at = Math.min(clock.now() + NIGHTS_KNOWN, ...nights.map((night) => night.at)) as Instant;
    const timer = clock.timer(Math.max(0, at - clock.now()) as DurationMs, () => {
      this.#subscriptions.splice(this.#subscriptions.indexOf(timer), 1);
      const due = new Set(nights.filter((night) => night.at === at).map(({ id }) => id));
      for (const device of this.#options.devices.list())
        if (due.has(this.#siteOf(device))) this.#scanAfter(device.id, "nightly", spread(device.id));
      this.#armNight(at);
    });
    this.#subscriptions.push(timer);
  }

  #siteOf({ channels }: DeviceRecord): ReturnType<SiteRegistry["list"]>[number]["id"] {
    const { points, sites } = this.#options;
    const point = channels.map(({ id }) => points.pointOf(id)).find((id) => id !== undefined);
    return ((point && points.get(point)?.site) ?? sites.first()?.id) as ReturnType<SiteRegistry["list"]>[number]["id"];
  }

  /** Does what is due, one thing after the other, and then sleeps until the next is. */
  #pump(): void {
    if (this.#stopping.signal.aborted) return;
    this.#again = true;
    this.#loop ??= this.#rounds().finally(() => {
      this.#loop = undefined;
      this.#sleep();
    });
  }

  async #rounds(): Promise<void> {
    while (this.#again && !this.#stopping.signal.aborted) {
      this.#again = false;
      await this.#work();
    }
  }

  async #work(): Promise<void> {
    for (let more = true; more && !this.#stopping.signal.aborted; ) {
      try {
        more = (await this.#scanNext()) || (await this.#readNext());
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#options.log.source("backfill").error("Filling gaps failed; it goes on later.", { error });
        this.#wakeAfter(AFTER_TROUBLE);
        return;
      }
    }
  }

  async #scanNext(): Promise<boolean> {
    const { clock, devices, plugins } = this.#options;
    const due = this.#scans.take(clock.now());
    if (!due) return false;
    const device = devices.get(due.device);
    const history = device && plugins.offersHistory(driverOf(device.id));
    if (device?.state !== "active" || !history || this.days === 0) return true;
    const plan = this.#plans.of(device.id);
    this.#busy++;
    try {
      await this.#finder.scan(plan, device, { cause: due.cause, days: this.days, signal: this.#stopping.signal });
      if (plan.gaps.length === 0) plan.finish(clock.now());
      await this.#plans.save(plan);
      this.#options.counters.add("backfill", "scans", due.cause);
    } catch (error) {
      if (!this.#stopping.signal.aborted) this.#scans.add({ ...due, dueAt: (clock.now() + AFTER_TROUBLE) as Instant });
      throw error;
    } finally {
      this.#busy--;
    }
    this.#progress.changed(device.id);
    return true;
  }

  async #readNext(): Promise<boolean> {
    const { clock } = this.#options;
    const [plan] = this.#order();
    const piece = plan?.next();
    if (!plan || !piece) return false;
    const requests = this.#running?.plan === plan ? this.#running.requests : 0;
    const controller = new AbortController();
    this.#running = { plan, controller, requests: requests + 1 };
    this.#progress.changed(plan.device);
    try {
      await this.#reader.read(plan, piece, AbortSignal.any([controller.signal, this.#stopping.signal]));
      plan.succeeded();
    } catch (error) {
      this.#failed(plan, error, controller.signal);
    }
    if (plan.gaps.length === 0) plan.finish(clock.now());
    await this.#plans.save(plan);
    // Then the others have their turn.
    if (requests + 1 >= MOST_IN_A_ROW) this.#resting.add(plan);
    await pause(clock, PAUSE, this.#stopping.signal);
    this.#running = undefined;
    this.#progress.changed(plan.device);
    return true;
  }

  #failed(plan: DevicePlan, error: unknown, signal: AbortSignal): void {
    const { clock, counters, log } = this.#options;
    // A pause, a removal, the end of the hub or of the plugin are no failures of the device.
    if (signal.aborted || this.#stopping.signal.aborted) return;
    const { code, message } = VatioError.from(error);
    counters.add("backfill", "failed", code);
    plan.failed(text("backfill.why.failed", { why: message.slice(0, 300) }), clock.now());
    log.source("backfill").info("The memory of a device could not be read; it is tried again.", {
      device: plan.device,
      code,
      message,
      failures: plan.failures,
    });
  }

  /** Plans whose turn may come, in its order. */
  #order(): readonly DevicePlan[] {
    const ready = this.#plans.all().filter((plan) => this.#isReady(plan));
    const fresh = ready.filter((plan) => !this.#resting.has(plan));
    if (fresh.length === 0) this.#resting.clear();
    const newest = ({ gaps }: DevicePlan): number => gaps.at(-1)?.to ?? 0;
    const rank = (plan: DevicePlan): number =>
      (plan.urgent ? 0 : 2) - (plan === this.#running?.plan ? 1 : 0) + (this.#resting.has(plan) ? 3 : 0);
    return ready.sort((a, b) => rank(a) - rank(b) || newest(b) - newest(a));
  }

  #isReady(plan: DevicePlan): boolean {
    if (plan.paused || plan.gaps.length === 0 || this.days === 0) return false;
    const device = this.#options.devices.get(plan.device);
    return device?.state === "active" && whyWaiting(plan, this.#circumstances(plan)) === undefined;
  }

  #progressOf(plan: DevicePlan, order: readonly DevicePlan[]): BackfillProgress {
    const index = order.filter((each) => each !== this.#running?.plan).indexOf(plan);
    return progressOf(plan, this.#circumstances(plan), index < 0 ? undefined : index + 1);
  }

  #circumstances(plan: DevicePlan): Circumstances {
    const { clock, devices, plugins } = this.#options;
    return {
      online: devices.get(plan.device)?.online ?? false,
      offersHistory: plugins.offersHistory(driverOf(plan.device) as PluginId),
      running: this.#running?.plan === plan,
      now: clock.now(),
    };
  }

  #sleep(): void {
    const now = this.#options.clock.now();
    const tries = this.#plans
      .all()
      .flatMap(({ nextTryAt, paused }) => (nextTryAt && !paused && nextTryAt > now ? [nextTryAt] : []));
    const due = [this.#scans.nextAt, ...tries].filter((at) => at !== undefined);
    if (due.length > 0) this.#wakeAfter(Math.max(0, Math.min(...due) - now) as DurationMs);
  }

  #wakeAfter(span: DurationMs): void {
    if (this.#stopping.signal.aborted) return;
    this.#wake?.[Symbol.dispose]();
    this.#wake = this.#options.clock.timer(span, () => this.#pump());
  }
}

/** Always the same for a device, so that devices do not meet. */
function spread(device: DeviceId): DurationMs {
  let hash = 0;
  for (const character of device) hash = (hash * 31 + character.charCodeAt(0)) % 997;
  return ((hash / 997) * NIGHT_SPREAD) as DurationMs;
}
