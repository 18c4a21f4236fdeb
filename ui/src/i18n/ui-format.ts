import { Format, type FormatOptions, stepFor, type UnitStep } from "@vatio/model";

const NARROW_SPACE = "\u202f";
const NO_BREAK_SPACE = "\u00a0";

/** The formats of the model, and what only charts and live figures need. */
export class UiFormat extends Format {
  readonly options: FormatOptions;
  readonly #formats = new Map<string, Intl.DateTimeFormat>();

  constructor(options: FormatOptions) {
    super(options);
    this.options = options;
  }

  /** With a common no-break space: the narrow one is not in the font, and another font's may have no width. */
  override quantity(value: number, unit: string, step?: UnitStep): string {
    return super.quantity(value, unit, step).replace(NARROW_SPACE, NO_BREAK_SPACE);
  }

  override bytes(count: number): string {
    return super.bytes(count).replace(NARROW_SPACE, NO_BREAK_SPACE);
  }

  /** `2:33 PM`, but `02:33`. */
  override time(at: number, withSeconds = false): string {
    return this.#date({ ...this.#clock, ...(withSeconds ? { second: "2-digit" } : {}) }, at);
  }

  override dateTime(at: number, withSeconds = false): string {
    return this.#date(
      { day: "numeric", month: "short", ...this.#clock, ...(withSeconds ? { second: "2-digit" } : {}) },
      at,
    );
  }

  /** Hour and minute as short as the clock allows: `14:00` or `2 PM`. */
  axisTime(at: number, withSeconds = false): string {
    if (withSeconds) return this.time(at, true);
    const wholeHour = at % 3_600_000 === 0 && this.options.hour12 === true;
    return wholeHour ? this.#date({ hour: "numeric" }, at) : this.time(at);
  }

  /** Day for an axis: `Tue 17`. */
  axisDay(at: number): string {
    return this.#date({ weekday: "short", day: "numeric" }, at);
  }

  /** Weekday, day and time for a tooltip: `Tue 17 Nov, 10:30`. */
  moment(at: number, withSeconds = false): string {
    const seconds = withSeconds ? ({ second: "2-digit" } as const) : {};
    const day = { weekday: "short", day: "numeric", month: "short" } as const;
    return this.#date({ ...day, ...this.#clock, ...seconds }, at);
  }

  /** First and last day of a range: `14 to 20 Nov`, or with the year. */
  dayRange(from: number, to: number, withYear = false): string {
    const year = withYear ? ({ year: "numeric" } as const) : {};
    return this.#format({ day: "numeric", month: "short", ...year }).formatRange(from, to);
  }

  /** A date written any other way, in the zone of the site. */
  dateAs(at: number, options: Intl.DateTimeFormatOptions): string {
    return this.#date(options, at);
  }

  /** Length of time in at most two units: `2 h 14 min`. */
  span(ms: number): string {
    const minutes = Math.floor(Math.max(0, ms) / 60_000);
    if (minutes < 1) return this.#units([[Math.floor(Math.max(0, ms) / 1000), "s"]]);
    if (minutes < 60) return this.#units([[minutes, "min"]]);
    const hours = Math.floor(minutes / 60);
    if (hours < 24)
      return this.#units([
        [hours, "h"],
        [minutes % 60, "min"],
      ]);
    return this.#units([
      [Math.floor(hours / 24), "d"],
      [hours % 24, "h"],
    ]);
  }

  get #clock(): Intl.DateTimeFormatOptions {
    return { hour: this.options.hour12 === true ? "numeric" : "2-digit", minute: "2-digit" };
  }

  #units(parts: readonly (readonly [number, string])[]): string {
    const shown = parts.filter(([value], index) => index === 0 || value > 0);
    return shown.map(([value, unit]) => `${this.number(value)}${NO_BREAK_SPACE}${unit}`).join(" ");
  }

  #date(options: Intl.DateTimeFormatOptions, at: number): string {
    return this.#format(options).format(at);
  }

  #format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const key = JSON.stringify(options);
    let format = this.#formats.get(key);
    if (!format) {
      const { region, zone, hour12 } = this.options;
      const clock = hour12 === undefined || !options.hour ? {} : { hour12 };
      format = new Intl.DateTimeFormat(region, { ...options, ...clock, timeZone: zone });
      this.#formats.set(key, format);
    }
    return format;
  }
}

/**
 * The step (W, kW) of a live figure: it changes to kW at 1050 W and back at 950 W, so that a value near the limit
 * does not flicker.
 */
export function liveStep(value: number, unit: string, previous: UnitStep | undefined): UnitStep {
  const wanted = stepFor(value, unit);
  if (!previous || previous.unit === wanted.unit || unit === "Wh") return wanted;
  const size = Math.abs(value);
  const near = size > 950 && size < 1050;
  return near && previous.divisor <= 1000 && wanted.divisor <= 1000 ? previous : wanted;
}
