import { cached } from "../cached.js";

/** No zone changes its offset twice within less: transitions are looked for between instants so far apart, in ms. */
const STEP_MS = 7 * 86_400_000;

/** Zones change their offset at full minutes, in our days and long before. */
const GRAIN_MS = 60_000;

/** Weeks that are remembered of each zone: 400 years. */
const MOST_WEEKS = 21_000;

const OFFSET = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/;

/** Offset in ms from the text of `Intl` (`1/1/2026, GMT+01:00`). */
function parseOffset(text: string): number {
  const [, sign, hours = "0", minutes = "0", seconds = "0"] = OFFSET.exec(text) ?? [];
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
  return sign === "-" ? -ms : ms;
}

/** Offsets of a zone from UTC. Asking `Intl` takes microseconds, so one answer serves a week without a transition. */
export class ZoneOffsets {
  readonly #format: Intl.DateTimeFormat;
  /** Offsets at the beginnings of weeks since the epoch, in ms. */
  readonly #weeks = new Map<number, number>();
  /** First instants of a new offset, by the week that they lie in. */
  readonly #transitions = new Map<number, number>();

  /** @throws RangeError when the zone is not known. */
  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  }

  /** Offset from UTC at an instant, in ms; east is positive. */
  at(instant: number): number {
    const week = Math.floor(instant / STEP_MS);
    const before = this.#atWeek(week);
    const after = this.#atWeek(week + 1);
    if (before === after) return before;
    return instant < this.#transitionIn(week, before) ? before : after;
  }

  /** First instant of another offset, after `from` and no later than `to`, when the offset changes once in between. */
  changeBetween(from: number, to: number): number {
    const before = this.at(from);
    let low = Math.floor(from / GRAIN_MS);
    let high = Math.ceil(to / GRAIN_MS);
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.at(middle * GRAIN_MS) === before) low = middle;
      else high = middle;
    }
    return high * GRAIN_MS;
  }

  #atWeek(week: number): number {
    const known = this.#weeks.get(week);
    if (known !== undefined) return known;
    if (this.#weeks.size >= MOST_WEEKS) this.#forget();
    const offset = this.#ask(week * STEP_MS);
    this.#weeks.set(week, offset);
    return offset;
  }

  #transitionIn(week: number, before: number): number {
    const known = this.#transitions.get(week);
    if (known !== undefined) return known;
    let low = (week * STEP_MS) / GRAIN_MS;
    let high = low + STEP_MS / GRAIN_MS;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#ask(middle * GRAIN_MS) === before) low = middle;
      else high = middle;
    }
    this.#transitions.set(week, high * GRAIN_MS);
    return high * GRAIN_MS;
  }

  #ask(at: number): number {
    return parseOffset(this.#format.format(at));
  }

  #forget(): void {
    this.#weeks.clear();
    this.#transitions.clear();
  }
}

/** Zones that are remembered at once. */
const MOST_ZONES = 50;

const zones = new Map<string, ZoneOffsets>();

/**
 * The offsets of a zone, remembered between calls.
 * @throws RangeError when the zone is not known.
 */
export function zoneOffsets(zone: string): ZoneOffsets {
  if (zones.size >= MOST_ZONES && !zones.has(zone)) zones.clear();
  return cached(zones, zone, () => new ZoneOffsets(zone));
}
