import { bucketEdges, type Instant } from "@vatio/model";
import type { EnergyBucket, PointUsage, Usage } from "../../src/data/api.js";
import { clock, type Scene } from "./scene.js";

const HOUR = 3_600_000;
const SLOT = 900_000;
const DAY = 86_400_000;

const dayNumber = (at: number): number => Math.floor((at - 6 * HOUR) / DAY);
const chance = (n: number, seed: number): number => {
  const x = Math.sin(n * 127.1 + seed * 311.7) * 43_758.5453;
  return x - Math.floor(x);
};

/** What a day does to a load: weekdays, seasons, and chance. */
function mood(at: number, seed: number): number {
  const day = dayNumber(at);
  const weekend = (day + 4) % 7 >= 5;
  const season = 1 + 0.22 * Math.cos((2 * Math.PI * (day - 200)) / 365);
  return (weekend ? 0.72 : 1.08) * season * (0.78 + 0.44 * chance(day, seed));
}

/** The sun has seasons and clouds. */
const sky = (at: number): number =>
  (0.35 + 0.75 * chance(dayNumber(at), 77)) * (1 + 0.15 * Math.cos((2 * Math.PI * (dayNumber(at) - 172)) / 365));

/** Where nothing is known: two days of this month, an evening, and everything before the meters came. */
function isGap(at: number): boolean {
  const age = (clock() - at) / DAY;
  const midnights = dayNumber(clock()) - dayNumber(at);
  return midnights === 9 || midnights === 10 || age > 520 || (midnights === 3 && (at - 6 * HOUR) % DAY > 20 * HOUR);
}

/** One absurd reading. */
const isAbsurd = (at: number): boolean =>
  dayNumber(clock()) - dayNumber(at) === 5 &&
  (at - 6 * HOUR) % DAY >= 14.25 * HOUR &&
  (at - 6 * HOUR) % DAY < 14.5 * HOUR;

interface SlotFlow {
  readonly uses: readonly number[];
  readonly used: number;
  readonly solar: number;
  readonly charge: number;
  readonly discharge: number;
  readonly gridIn: number;
  readonly gridOut: number;
}

/** Energy as the hub would tell it of a scene, and of a year of it. */
export class FakeEnergy {
  readonly #scene: Scene;
  readonly #slots = new Map<number, SlotFlow>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  answer(query: URLSearchParams): Usage {
    const [from, to] = [Number(query.get("from")), Number(query.get("to"))];
    const bucket = query.get("bucket") as EnergyBucket;
    const { zone, id: site } = this.#scene.site;
    const edges = [...bucketEdges({ from: from as Instant, to: to as Instant }, bucket, zone)];
    const buckets = edges.slice(0, -1).map((begin, index) => this.#flows(begin, edges[index + 1] ?? begin));
    const column = (pick: (flow: SlotFlow) => number): (number | null)[] =>
      buckets.map(({ flows }) => (flows.length === 0 ? null : flows.reduce((sum, flow) => sum + pick(flow), 0)));
    const wanted = query.get("points")?.split(",");
    const consumers = this.#consumers();
    const points = this.#scene.points.flatMap((point): PointUsage[] => {
      if (wanted && !wanted.includes(point.id)) return [];
      const index = consumers.findIndex(({ id }) => id === point.id);
      const none = buckets.map(() => null);
      const main = point.phase === undefined;
      const importWh =
        index >= 0
          ? column(({ uses }) => uses[index] ?? 0)
          : main && point.role === "grid"
            ? column(({ gridIn }) => gridIn)
            : main && point.role === "storage"
              ? column(({ charge }) => charge)
              : none;
      const exportWh = !main
        ? none
        : point.role === "grid"
          ? column(({ gridOut }) => gridOut)
          : point.role === "generation"
            ? column(({ solar }) => solar)
            : point.role === "storage"
              ? column(({ discharge }) => discharge)
              : none;
      return [
        {
          point: point.id,
          role: point.role,
          ...(point.parent ? { parent: point.parent } : {}),
          importWh,
          exportWh,
          coverage: buckets.map(({ share }) => share),
          quality: edges
            .slice(0, -1)
            .map((begin) => (dayNumber(clock()) - dayNumber(begin) === 8 && point.role === "grid" ? 3 : 1)),
        },
      ];
    });
    const motor = consumers.find(({ role }) => role === "motor");
    return {
      site,
      zone,
      bucket,
      edges,
      points,
      balance: {
        usedWh: column(({ used }) => used),
        gridImportWh: column(({ gridIn }) => gridIn),
        gridExportWh: column(({ gridOut }) => gridOut),
        generationWh: column(({ solar }) => solar),
        solarDirectWh: column(({ used, gridIn, discharge }) => Math.max(0, used - gridIn - discharge)),
        storageChargeWh: column(({ charge }) => charge),
        storageDischargeWh: column(({ discharge }) => discharge),
      },
      findings: motor ? [{ point: motor.id, from, to, excessWh: 1_240, children: [] }] : [],
      settledUntil: Math.floor(clock() / SLOT) * SLOT,
    };
  }

  #consumers() {
    return this.#scene.points.filter(
      ({ role, phase }) => phase === undefined && ["circuit", "load", "motor"].includes(role),
    );
  }

  #flows(from: number, to: number): { readonly flows: SlotFlow[]; readonly share: number } {
    const flows: SlotFlow[] = [];
    let [passed, known] = [0, 0];
    for (let at = from; at < to && at < clock(); at += SLOT) {
      passed++;
      if (isGap(at)) continue;
      known++;
      flows.push(this.#slot(at));
    }
    return { flows, share: passed === 0 ? 0 : known / passed };
  }

  #slot(at: number): SlotFlow {
    const kept = this.#slots.get(at);
    if (kept) return kept;
    const part = Math.min(1, (clock() - at) / SLOT);
    const uses = this.#consumers().map((point, seed) => {
      const samples = [0.2, 0.5, 0.8].map(
        (share) => this.#scene.value(point.channel ?? "", "history_w", at + share * SLOT) ?? 0,
      );
      return ((samples.reduce((sum, value) => sum + value, 0) / 3) * mood(at, seed) * part) / 4;
    });
    const rest = (260 + 160 * chance(Math.floor(at / HOUR), 5)) / 4;
    const used = uses.reduce((sum, value) => sum + value, 0) + rest * part + (isAbsurd(at) ? 88_000 : 0);
    const inverter = this.#scene.points.find(({ role }) => role === "generation");
    const solar = inverter
      ? Math.max(
          0,
          (-(this.#scene.value(inverter.channel ?? "", "history_w", at + SLOT / 2) ?? 0) / 4) * 1.5 * sky(at) * part,
        )
      : 0;
    const hour = ((((at - 6 * HOUR) % DAY) + DAY) % DAY) / HOUR;
    const hasBattery = this.#scene.points.some(({ role }) => role === "storage");
    const charge = hasBattery && solar > used ? Math.min(120, solar - used) : 0;
    const discharge = hasBattery && hour >= 18 && hour < 23 ? Math.min(150, used) : 0;
    const net = used + charge - discharge - solar;
    const flow = { uses, used, solar, charge, discharge, gridIn: Math.max(0, net), gridOut: Math.max(0, -net) };
    if (part === 1) this.#slots.set(at, flow);
    return flow;
  }
}
