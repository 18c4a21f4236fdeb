/** Something that power comes from or goes to. */
export interface FlowPart {
  readonly key: string;
  /** Positive. */
  readonly watts: number;
}

/** A bar of the flow: where it begins across the direction of flow, and how wide it is. */
export interface FlowBar {
  readonly key: string;
  readonly at: number;
  readonly size: number;
}

/** A ribbon between a bar and the middle. */
export interface FlowRibbon {
  readonly key: string;
  readonly side: "source" | "sink";
  readonly d: string;
}

/** Where everything of a flow stands, in pixels. */
export interface FlowLayout {
  readonly sources: readonly FlowBar[];
  readonly sinks: readonly FlowBar[];
  readonly middle: FlowBar;
  readonly ribbons: readonly FlowRibbon[];
  /** Along the flow: begin of the source bars, centre of the middle, end of the sink bars. */
  readonly stations: { readonly source: number; readonly middle: number; readonly sink: number };
}

/** The box of a flow. Horizontal: power goes right. Vertical, for the phone: down. */
export interface FlowBox {
  readonly width: number;
  readonly height: number;
  readonly vertical: boolean;
}

/** Thickness of the bars. */
export const FLOW_BAR = 7;
const LEAST_BAR = 4;
/** Room for words beside the bars. */
const WORDS = { source: 124, sink: 204, top: 48, bottom: 2 };
const LEAST_SHARE = 0.01;
/** Few ribbons stay slim: one that fills the card says nothing more. By the number on the fuller side. */
const FILL_BY_PARTS = [0, 0.46, 0.66, 0.82] as const;
/** Less than this is the noise of a meter. */
const LEAST_WATTS = 0.5;

/** Places words of one width near where they belong, without one upon another, within a length. */
export function spreadWords(wanted: readonly number[], width: number, length: number): number[] {
  let least = 0;
  const pushed = wanted.map((at) => {
    const place = Math.max(least, at);
    least = place + width;
    return place;
  });
  let most = length - width;
  return pushed
    .reverse()
    .map((at) => {
      const place = Math.max(0, Math.min(most, at));
      most = place - width;
      return place;
    })
    .reverse();
}

interface Direction {
  /** Length across the flow, which widths share. */
  readonly across: number;
  readonly gaps: { readonly source: number; readonly sink: number };
  readonly stations: FlowLayout["stations"];
  /** Share of the length that the widths take at most. */
  readonly fill: number;
  /** The middle is narrower on the phone, so that ribbons bend. */
  readonly waist: number;
}

function directionOf({ width, height, vertical }: FlowBox): Direction {
  if (vertical) {
    const [top, bottom] = [WORDS.top, height - WORDS.bottom];
    return {
      across: width,
      gaps: { source: 20, sink: 8 },
      stations: { source: top, middle: (top + bottom) / 2, sink: bottom },
      fill: 1,
      waist: 0.74,
    };
  }
  const [left, right] = [WORDS.source, width - WORDS.sink];
  return {
    across: height,
    gaps: { source: 34, sink: 18 },
    stations: { source: left, middle: (left + right) / 2, sink: right },
    fill: 0.94,
    waist: 1,
  };
}

/** Parts that are wide enough to be seen: none under 1 % of the whole. */
export function visibleParts<T extends FlowPart>(parts: readonly T[]): T[] {
  const total = parts.reduce((sum, { watts }) => sum + Math.max(0, watts), 0);
  return parts.filter(({ watts }) => watts >= LEAST_WATTS && watts >= total * LEAST_SHARE);
}

/** Places bars, middle and ribbons; undefined when nothing flows. */
export function layoutFlow(
  sources: readonly FlowPart[],
  sinks: readonly FlowPart[],
  box: FlowBox,
): FlowLayout | undefined {
  const [from, to] = [visibleParts(sources), visibleParts(sinks)];
  const total = Math.max(sumOf(from), sumOf(to));
  if (total <= 0) return undefined;
  const direction = directionOf(box);
  const { across, gaps, stations, fill, waist } = direction;
  const room = Math.min(
    across - gaps.source * Math.max(0, from.length - 1),
    across - gaps.sink * Math.max(0, to.length - 1),
  );
  const slim = box.vertical ? fill : (FILL_BY_PARTS[Math.max(from.length, to.length)] ?? fill);
  const scale = (Math.max(20, room) / total) * slim;
  const sourceBars = place(from, gaps.source, scale, across);
  const sinkBars = place(to, gaps.sink, scale, across);
  const size = total * scale * waist;
  const middle: FlowBar = { key: "middle", at: (across - size) / 2, size };
  const ribbons = [
    ...ribbonsOf(sourceBars, middle, waist, {
      side: "source",
      outer: stations.source + FLOW_BAR,
      inner: stations.middle,
      vertical: box.vertical,
    }),
    ...ribbonsOf(sinkBars, middle, waist, {
      side: "sink",
      outer: stations.sink - FLOW_BAR,
      inner: stations.middle,
      vertical: box.vertical,
    }),
  ];
  return { sources: sourceBars, sinks: sinkBars, middle, ribbons, stations };
}

const sumOf = (parts: readonly FlowPart[]): number => parts.reduce((sum, { watts }) => sum + watts, 0);

function place(parts: readonly FlowPart[], gap: number, scale: number, across: number): FlowBar[] {
  const widths = parts.map(({ watts }) => watts * scale);
  const length = widths.reduce((sum, width) => sum + width, 0) + gap * Math.max(0, parts.length - 1);
  let at = (across - length) / 2;
  return parts.map(({ key }, index) => {
    const size = widths[index] ?? 0;
    const bar = { key, at, size: Math.max(LEAST_BAR, size) };
    at += size + gap;
    return bar;
  });
}

interface RibbonSide {
  readonly side: FlowRibbon["side"];
  readonly outer: number;
  readonly inner: number;
  readonly vertical: boolean;
}

function ribbonsOf(
  bars: readonly FlowBar[],
  middle: FlowBar,
  waist: number,
  { side, outer, inner, vertical }: RibbonSide,
): FlowRibbon[] {
  const length = bars.reduce((sum, { size }) => sum + size * waist, 0);
  let at = middle.at + (middle.size - length) / 2;
  return bars.map(({ key, at: start, size }) => {
    const joint = { at, size: size * waist };
    at += size * waist;
    return { key, side, d: ribbonPath({ along: outer, at: start, size }, { along: inner, ...joint }, vertical) };
  });
}

interface End {
  readonly along: number;
  readonly at: number;
  readonly size: number;
}

/** A band with two parallel cubic edges. */
function ribbonPath(a: End, b: End, vertical: boolean): string {
  const half = (a.along + b.along) / 2;
  const p = (along: number, across: number): string =>
    vertical ? `${round(across)},${round(along)}` : `${round(along)},${round(across)}`;
  return [
    `M${p(a.along, a.at)}`,
    `C${p(half, a.at)} ${p(half, b.at)} ${p(b.along, b.at)}`,
    `L${p(b.along, b.at + b.size)}`,
    `C${p(half, b.at + b.size)} ${p(half, a.at + a.size)} ${p(a.along, a.at + a.size)}Z`,
  ].join("");
}

const round = (value: number): string => String(Math.round(value * 10) / 10);
