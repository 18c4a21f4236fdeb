import { cached } from "./cached.js";

/** How numbers and dates are written for one reader: BCP 47 tag of the region (`es-MX`) and the site's IANA zone. */
export interface FormatOptions {
  readonly region: string;
  readonly zone: string;
  /** ISO 4217 code of the site's currency. */
  readonly currency?: string;
  /** 12 or 24-hour clock; the region's own when left out. */
  readonly hour12?: boolean;
}

/** Whether numbers and dates can be written by a tag (BCP 47). It need not be of the language that the words are in: `en-MX` is one. */
export function isRegion(tag: string): boolean {
  try {
    return new Intl.Locale(tag).language.length > 1;
  } catch {
    return false;
  }
}

/** A value with its unit, split so that the unit can be set smaller. */
export interface ScaledValue {
  readonly value: string;
  readonly unit: string;
}

/** Scale on which a column or a chart is written: fixed once for all of its values. */
export interface UnitStep {
  readonly unit: string;
  /** Divides the stored value. */
  readonly divisor: number;
}

const STEPS: Readonly<Record<string, readonly UnitStep[]>> = {
  W: [
    { unit: "W", divisor: 1 },
    { unit: "kW", divisor: 1e3 },
    { unit: "MW", divisor: 1e6 },
  ],
  Wh: [
    { unit: "Wh", divisor: 1 },
    { unit: "kWh", divisor: 1e3 },
    { unit: "MWh", divisor: 1e6 },
  ],
  VA: [
    { unit: "VA", divisor: 1 },
    { unit: "kVA", divisor: 1e3 },
  ],
  var: [
    { unit: "var", divisor: 1 },
    { unit: "kvar", divisor: 1e3 },
  ],
};

/** Decimals by unit where the size of the number does not decide. */
const DECIMALS: Readonly<Record<string, number>> = {
  V: 1,
  A: 2,
  Hz: 2,
  "": 2,
  "°C": 1,
  "%": 1,
  W: 0,
  Wh: 0,
  VA: 0,
  var: 0,
  rpm: 0,
  "mm/s": 2,
  g: 3,
};

/** Typographic minus. */
const MINUS = "\u2212";
/** Narrow no-break space between a number and its unit. */
const NARROW_SPACE = "\u202f";

/** The step (W, kW, MW) that suits a value in the stored unit. Energy is written in kWh from 0 on, as on a bill. */
export function stepFor(value: number, unit: string): UnitStep {
  const steps = STEPS[unit];
  const [first, second, third] = steps ?? [];
  if (!first || !second) return { unit, divisor: 1 };
  const size = Math.abs(value);
  if (third && size >= third.divisor * 1e2) return third;
  return unit === "Wh" || size >= 999.5 ? second : first;
}

function decimalsFor(scaled: number, step: UnitStep): number {
  if (step.divisor === 1) return DECIMALS[step.unit] ?? 1;
  const size = Math.abs(scaled);
  if (size < 10) return 2;
  return size < 100 ? 1 : 0;
}

/** Formatting of every number, unit, amount and date that a person reads, in one place. */
export class Format {
  readonly #options: FormatOptions;
  readonly #numbers = new Map<string, Intl.NumberFormat>();
  readonly #dates = new Map<string, Intl.DateTimeFormat>();

  constructor(options: FormatOptions) {
    this.#options = options;
  }

  /** A plain number with a fixed count of decimals. */
  number(value: number, decimals = 0): string {
    return this.#number({ minimumFractionDigits: decimals, maximumFractionDigits: decimals }, value);
  }

  /** A value of a metric in its stored unit, scaled: 2140 W gives `2.14` and `kW`. */
  scaled(value: number, unit: string, step: UnitStep = stepFor(value, unit)): ScaledValue {
    const scaled = value / step.divisor;
    return { value: this.number(scaled, decimalsFor(scaled, step)), unit: step.unit };
  }

  /** The same in one piece: `2.14 kW`. */
  quantity(value: number, unit: string, step?: UnitStep): string {
    const written = this.scaled(value, unit, step ?? stepFor(value, unit));
    return written.unit ? `${written.value}${NARROW_SPACE}${written.unit}` : written.value;
  }

  /** A share: 0.183 gives `18.3%` or `18,3 %`. */
  percent(share: number, decimals = 0): string {
    return this.#number({ style: "percent", minimumFractionDigits: decimals, maximumFractionDigits: decimals }, share);
  }

  /** An amount in the site's currency. Decimal text is kept exact. */
  money(amount: number | `${number}`): string {
    const currency = this.#options.currency ?? "USD";
    return this.#number({ style: "currency", currency, currencyDisplay: "narrowSymbol" }, amount as number);
  }

  /** Bytes as kB, MB or GB (powers of 1000). */
  bytes(count: number): string {
    const units = ["B", "kB", "MB", "GB", "TB"];
    const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
    return `${this.number(count / 1000 ** power, power === 0 || count / 1000 ** power >= 100 ? 0 : 1)}${NARROW_SPACE}${units[power]}`;
  }

  /** Time of day in the site's zone. */
  time(at: number, withSeconds = false): string {
    return this.#date({ hour: "2-digit", minute: "2-digit", ...(withSeconds ? { second: "2-digit" } : {}) }, at);
  }

  /** Calendar day in the site's zone. */
  date(at: number, style: "short" | "long" | "weekday" = "short"): string {
    if (style === "weekday") return this.#date({ weekday: "long", day: "numeric", month: "long" }, at);
    return this.#date(
      style === "long" ? { day: "numeric", month: "long", year: "numeric" } : { day: "numeric", month: "short" },
      at,
    );
  }

  /** Day and time in the site's zone. */
  dateTime(at: number, withSeconds = false): string {
    return this.#date(
      {
        day: "numeric",
        month: "short",
        hour: "2-digit",
        minute: "2-digit",
        ...(withSeconds ? { second: "2-digit" } : {}),
      },
      at,
    );
  }

  /** How long ago, in the words of the reader: `hace 12 s`. */
  ago(at: number, now: number): string {
    const relative = new Intl.RelativeTimeFormat(this.#options.region, { numeric: "always", style: "short" });
    const age = Math.max(0, Math.round((now - at) / 1000));
    if (age < 60) return relative.format(-age, "second");
    if (age < 3600) return relative.format(-Math.floor(age / 60), "minute");
    if (age < 86_400) return relative.format(-Math.floor(age / 3600), "hour");
    return relative.format(-Math.floor(age / 86_400), "day");
  }

  #number(options: Intl.NumberFormatOptions, value: number): string {
    const format = cached(
      this.#numbers,
      JSON.stringify(options),
      () => new Intl.NumberFormat(this.#options.region, options),
    );
    return format.format(value).replace("-", MINUS);
  }

  #date(options: Intl.DateTimeFormatOptions, at: number): string {
    return cached(this.#dates, JSON.stringify(options), () => this.#dateFormat(options)).format(at);
  }

  #dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const { hour12, region, zone } = this.#options;
    const clock = hour12 === undefined || !options.hour ? {} : { hour12 };
    return new Intl.DateTimeFormat(region, { ...options, ...clock, timeZone: zone });
  }
}
