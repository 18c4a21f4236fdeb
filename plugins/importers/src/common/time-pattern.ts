/** A time as it is written: wall-clock fields, as if they were UTC, and the offset where it is told. */
export interface WrittenTime {
  /** In ms. */
  readonly local: number;
  /** In ms, east positive. */
  readonly offset?: number;
}

/** Reads a time; undefined when it is not one of this pattern. */
export type TimeReader = (written: string) => WrittenTime | undefined;

const ISO =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:T|\s+)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2})?$/i;

const MONTHS: Readonly<Record<string, number>> = Object.fromEntries(
  [
    ["jan", "ene"],
    ["feb"],
    ["mar"],
    ["apr", "abr"],
    ["may"],
    ["jun"],
    ["jul"],
    ["aug", "ago"],
    ["sep"],
    ["oct"],
    ["nov"],
    ["dec", "dic"],
  ].flatMap((names, month) => names.map((spelt) => [spelt, month + 1])),
);

const TOKENS: Readonly<Record<string, string>> = {
  yyyy: "(\\d{4})",
  yy: "(\\d{2})",
  MMM: "([A-Za-z]{3,10}\\.?)",
  MM: "(\\d{1,2})",
  M: "(\\d{1,2})",
  dd: "(\\d{1,2})",
  d: "(\\d{1,2})",
  HH: "(\\d{1,2})",
  H: "(\\d{1,2})",
  hh: "(\\d{1,2})",
  h: "(\\d{1,2})",
  mm: "(\\d{2})",
  m: "(\\d{1,2})",
  ss: "(\\d{2})",
  s: "(\\d{1,2})",
  SSS: "(\\d{1,9})",
  a: "([AaPp])\\.?\\s?[Mm]\\.?",
  XXX: "(Z|[+-]\\d{2}:?\\d{2})",
};

const TOKEN = /yyyy|yy|MMM|MM|M|dd|d|HH|H|hh|h|mm|m|ss|s|SSS|a|XXX/g;

/** Fields of a time by the letter of their token. */
type Fields = Partial<Record<"y" | "M" | "d" | "H" | "h" | "m" | "s" | "S" | "a" | "X", string>>;

/**
 * A reader of times from a pattern: `iso`, `unix` (seconds, milliseconds or microseconds, told apart by their size), or letters as in
 * Unicode TS 35: `yyyy yy MMM MM M dd d HH H hh h mm m ss s SSS a XXX`. Undefined when the pattern has no day.
 */
export function timeReader(pattern: string): TimeReader | undefined {
  if (pattern === "iso") return readIso;
  if (pattern === "unix") return readUnix;
  const found = [...pattern.matchAll(TOKEN)];
  const letters = found.map(([token]) => token.charAt(0) as keyof Fields);
  let source = "";
  let end = 0;
  for (const [index, { 0: token, index: at }] of found.entries()) {
    const next = found[index + 1]?.index;
    const touches = next === at + token.length || (index > 0 && at === end);
    // Without anything between them, only their full width tells two numbers apart.
    source += literal(pattern.slice(end, at)) + (touches && token.length === 2 ? "(\\d{2})" : (TOKENS[token] ?? ""));
    end = at + token.length;
  }
  if (new Set(letters).size !== letters.length || !["y", "M", "d"].every((letter) => letters.includes(letter as "y"))) {
    return undefined;
  }
  const whole = new RegExp(`^${source}${literal(pattern.slice(end))}$`);
  return (written) => readFields(whole.exec(written.trim()), letters);
}

const literal = (written: string): string => written.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/\s+/g, "\\s+");

function readFields(match: RegExpExecArray | null, letters: readonly (keyof Fields)[]): WrittenTime | undefined {
  if (!match) return undefined;
  const fields: Fields = {};
  for (const [index, letter] of letters.entries()) fields[letter] = match[index + 1] ?? "";
  return written(fields);
}

function readIso(text: string): WrittenTime | undefined {
  const match = ISO.exec(text.trim());
  if (!match) return undefined;
  const [, y = "", M = "", d = "", H = "0", m = "0", s = "0", S = "0", X] = match;
  return written({ y, M, d, H, m, s, S, ...(X === undefined ? {} : { X }) });
}

/** Larger numbers are of the next smaller unit: seconds until the year 2286, then milliseconds, then microseconds. */
function readUnix(text: string): WrittenTime | undefined {
  const trimmed = text.trim();
  if (!/^-?\d{1,16}(?:\.\d{1,9})?$/.test(trimmed)) return undefined;
  const value = Number(trimmed);
  if (value >= 1e13) return { local: Math.floor(value / 1_000), offset: 0 };
  return { local: Math.round(value >= 1e10 ? value : value * 1_000), offset: 0 };
}

function written(fields: Fields): WrittenTime | undefined {
  const day = dayOf(fields);
  const time = timeOf(fields);
  if (day === undefined || time === undefined) return undefined;
  const local = day + time;
  return fields.X === undefined ? { local } : { local, offset: offsetOf(fields.X) };
}

function dayOf({ y = "", M = "", d = "" }: Fields): number | undefined {
  const year = y.length === 2 ? 2_000 + Number(y) : Number(y);
  const month = /^\d/.test(M) ? Number(M) : (MONTHS[M.slice(0, 3).toLowerCase()] ?? 0);
  const day = Number(d);
  const at = Date.UTC(year, month - 1, day);
  const valid = month >= 1 && month <= 12 && new Date(at).getUTCDate() === day && day >= 1;
  return valid ? at : undefined;
}

/** 24:00 is the end of the day (ISO 8601-1:2019). */
function timeOf({ H, h, m = "0", s = "0", S = "0", a }: Fields): number | undefined {
  const hour = h === undefined ? Number(H ?? 0) : hourOf(Number(h), a);
  const [minute, second] = [Number(m), Number(s)];
  if (hour > 24 || minute > 59 || second > 60 || (hour === 24 && minute + second > 0)) return undefined;
  return hour * 3_600_000 + minute * 60_000 + second * 1_000 + Math.floor(Number(`0.${S}`) * 1_000);
}

const hourOf = (hour: number, half: string | undefined): number =>
  half === undefined ? hour : (hour % 12) + (half.toLowerCase() === "p" ? 12 : 0);

function offsetOf(written: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(written);
  if (!match) return 0;
  const [, sign, hours, minutes = "0"] = match;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 3_600_000 + Number(minutes) * 60_000);
}
