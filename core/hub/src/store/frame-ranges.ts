import type { DeviceId } from "@vatio/plugin-api";
import { getOrMake } from "./get-or-make.js";
import { RangeSet, type Span } from "./range-set.js";

/** Samples of a boot of a device that one write brought. */
export interface FrameSpan extends Span {
  readonly device: DeviceId;
  readonly boot: string;
}

/** Boots of one device whose ranges are remembered; devices do not replay older ones. */
const KEPT_BOOTS = 64;

const keyOf = (device: DeviceId, boot: string): string => `${device}\n${boot}`;

/** Which samples of each boot of each device were received. */
export class FrameRanges {
  readonly #committed = new Map<string, RangeSet>();
  readonly #accepted = new Map<string, RangeSet>();

  has(device: DeviceId, boot: string, sample: number): boolean {
    return this.#accepted.get(keyOf(device, boot))?.has(sample) ?? false;
  }

  /** Whether any sample of a span was received. */
  overlaps(span: FrameSpan): boolean {
    return this.#accepted.get(keyOf(span.device, span.boot))?.overlaps(span) ?? false;
  }

  /** Whether every sample of a span was received. */
  covers(span: FrameSpan): boolean {
    return this.#accepted.get(keyOf(span.device, span.boot))?.covers(span) ?? false;
  }

  accept(span: FrameSpan): void {
    addTo(this.#accepted, span);
  }

  commit(spans: readonly FrameSpan[]): void {
    for (const span of spans) addTo(this.#committed, span);
  }

  /** A commit failed: forgets these spans and whatever was accepted on top of them. */
  undo(spans: readonly FrameSpan[]): void {
    for (const { device, boot } of spans) {
      const key = keyOf(device, boot);
      const stored = this.#committed.get(key);
      if (stored) this.#accepted.set(key, stored.copy());
      else this.#accepted.delete(key);
    }
  }

  /** Spans as they are stored, in order of their storage. */
  load(spans: readonly FrameSpan[]): void {
    for (const span of spans) {
      addTo(this.#committed, span);
      addTo(this.#accepted, span);
    }
  }

  /** Everything that is stored, without what newer boots of the same device have pushed out: the newest of each device come last. */
  compacted(): FrameSpan[] {
    const boots = new Map<DeviceId, { boot: string; set: RangeSet }[]>();
    for (const [key, set] of this.#committed) {
      const [device, boot] = key.split("\n") as [DeviceId, string];
      const known = boots.get(device);
      if (known) known.push({ boot, set });
      else boots.set(device, [{ boot, set }]);
    }
    return [...boots].flatMap(([device, all]) =>
      all.slice(-KEPT_BOOTS).flatMap(({ boot, set }) => set.spans.map((span) => ({ device, boot, ...span }))),
    );
  }
}

function addTo(ranges: Map<string, RangeSet>, { device, boot, from, to }: FrameSpan): void {
  getOrMake(ranges, keyOf(device, boot), () => new RangeSet()).add({ from, to });
}
