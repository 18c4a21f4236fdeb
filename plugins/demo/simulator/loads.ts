import { drift, hash01, jitter } from "./noise.js";

/** When something happens: an instant, and the wall clock and weekday of the household at that instant. */
export interface Moment {
  /** Milliseconds since the Unix epoch, UTC. */
  readonly at: number;
  /** Hour of the local day with fraction, 0 to 24. */
  readonly hour: number;
  /** 1 (Monday) to 7. */
  readonly weekday: number;
}

/** Active power of one appliance at a moment, in watts: a pure function of the seed and the moment. */
export type Load = (seed: number, moment: Moment) => number;

const MINUTE = 60_000;
const between = (hour: number, from: number, to: number): boolean => hour >= from && hour < to;

/** Where a moment lies in a cycle whose on-share changes from cycle to cycle. */
function cycle(
  seed: number,
  lane: number,
  at: number,
  periodMs: number,
): { index: number; since: number; share: number } {
  const index = Math.floor(at / periodMs);
  return { index, since: at - index * periodMs, share: hash01(seed, lane, index) };
}

/** Fridge: 24-minute cycles day and night, a short start-up peak, a defrost of 200 W once in a while. */
export const fridge: Load = (seed, { at }) => {
  const { index, since, share } = cycle(seed, 1, at, 24 * MINUTE);
  const on = since < (0.36 + 0.16 * share) * 24 * MINUTE;
  if (hash01(seed, 2, index) > 0.96) return 205 + 4 * jitter(seed, 3, at);
  if (!on) return 2.1;
  return 112 + 9 * drift(seed, 4, at, 5 * MINUTE) + (since < 3_000 ? 420 : 0) + 1.5 * jitter(seed, 3, at);
};

/** Electric water heater: heats in the morning and in the evening, keeps warm in between. */
export const boiler: Load = (seed, { at, hour }) => {
  const day = Math.floor(at / 86_400_000);
  const late = 0.4 * hash01(seed, 11, day);
  const heating = between(hour, 6.2 + late, 7.3 + late) || between(hour, 19.6 + late, 20.7 + late);
  const keeping = cycle(seed, 12, at, 140 * MINUTE).since < 7 * MINUTE;
  return heating || keeping ? 1_480 + 12 * drift(seed, 13, at, MINUTE) : 0.9;
};

/** How far the year is from the middle of winter to that of summer, 0 to 1, north of the equator. */
const summer = (at: number): number => 0.5 - 0.5 * Math.cos((2 * Math.PI * (at / 86_400_000 - 5)) / 365.25);

/** Air conditioning: 18-minute cycles in the afternoon, longer the warmer the day, and none on the cold ones. */
export const airConditioning: Load = (seed, { at, hour }) => {
  const warmth = 0.7 * hash01(seed, 21, Math.floor(at / 86_400_000)) + 0.5 * summer(at);
  if (warmth < 0.25) return 3.4;
  if (!between(hour, 12.5 - warmth, 20.5 + warmth)) return 3.4;
  const { since, share } = cycle(seed, 22, at, 18 * MINUTE);
  return since < (0.45 + 0.35 * warmth + 0.1 * share) * 18 * MINUTE
    ? 1_090 + 70 * drift(seed, 23, at, 4 * MINUTE) + 6 * jitter(seed, 24, at)
    : 48;
};

/** Rooms with the light on: from hour, to hour, count. */
const ROOMS_LIT = [
  [6, 7.5, 2],
  [18.2, 23.6, 6],
  [23.6, 24, 2],
] as const;

/** Lighting: a little in the morning, room by room in the evening. */
export const lighting: Load = (seed, { at, hour }) => {
  const rooms = ROOMS_LIT.find(([from, to]) => between(hour, from, to))?.[2] ?? 0;
  let watts = 0.6;
  for (let room = 0; room < rooms; room++)
    watts += hash01(seed, 31 + room, Math.floor(at / (23 * MINUTE))) > 0.35 ? 38 + 14 * room : 0;
  return watts;
};

/** Television corner and office that never sleep: the vampire load of the house. */
export const standby: Load = (seed, { at, hour }) => {
  const watching = between(hour, 20, 23.2) && hash01(seed, 41, Math.floor(at / (50 * MINUTE))) > 0.3;
  return (watching ? 214 : 86) + 3 * drift(seed, 42, at, 9 * MINUTE) + jitter(seed, 43, at);
};

/** All that nobody measures on its own: router, chargers, a kettle now and then. */
export const unmeasured: Load = (seed, { at, hour }) => {
  const kettle = between(hour, 7, 22) && cycle(seed, 51, at, 95 * MINUTE).since < 3 * MINUTE ? 1_950 : 0;
  return 96 + 40 * (1 + drift(seed, 52, at, 31 * MINUTE)) + kettle + 2 * jitter(seed, 53, at);
};

/** Three-phase air compressor of the workshop: works on weekdays, loads and unloads, draws five times its current for a second when it starts. */
export const compressor: Load = (seed, { at, hour, weekday }) => {
  const open = weekday <= 6 && (between(hour, 8, 13.5) || between(hour, 15, 18.5));
  if (!open) return 0;
  const { since, share } = cycle(seed, 61, at, 9 * MINUTE);
  const loaded = since < (0.42 + 0.3 * share) * 9 * MINUTE;
  if (!loaded) return 610 + 8 * jitter(seed, 62, at);
  return (since < 1_500 ? 6_400 : 2_060) + 90 * drift(seed, 63, at, 2 * MINUTE) + 14 * jitter(seed, 62, at);
};

/** Photovoltaic output of a 4.2 kWp roof: a bell from sunrise to sunset with clouds that pass. */
export const solar: Load = (seed, { at, hour }) => {
  const height = Math.sin((Math.PI * (hour - 6.3)) / (18.4 - 6.3));
  if (!between(hour, 6.3, 18.4) || height <= 0) return 0;
  const cloud =
    Math.max(0, drift(seed, 71, at, 17 * MINUTE)) * (0.25 + 0.5 * hash01(seed, 72, Math.floor(at / 86_400_000)));
  return Math.max(0, (2_900 + 900 * summer(at)) * height ** 1.3 * (1 - cloud) + 9 * jitter(seed, 73, at));
};

/** Line-to-neutral voltage of a phase (0, 1, 2) around 127 V; a heavy load pulls it down a little. */
export const voltage = (seed: number, at: number, phase: number, watts: number): number =>
  127.2 + 1.6 * drift(seed, 80 + phase, at, 11 * MINUTE) + 0.3 * jitter(seed, 84 + phase, at) - watts / 2_600;

/** Line frequency around 60 Hz. */
export const frequency = (seed: number, at: number): number => 60 + 0.03 * drift(seed, 90, at, MINUTE);
