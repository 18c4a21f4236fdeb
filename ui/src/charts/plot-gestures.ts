import type uPlot from "uplot";

/** What gestures ask of the chart. Times are in seconds, as uPlot has them. */
export interface GestureHost {
  zoomTo(range: { readonly from: number; readonly to: number }): void;
  resetZoom(): void;
}

const WHEEL_FACTOR = 0.85;
const DOUBLE_TAP_MS = 320;

/**
 * Fingers and wheel on a plot: one finger sideways scrubs (up and down scrolls the page), two zoom, a double tap
 * resets; Ctrl or ⌘ with the wheel zooms about the pointer.
 */
export function addGestures(u: uPlot, host: GestureHost): void {
  const { over } = u;
  const touches = new Map<number, number>();
  let tappedAt = 0;

  const place = (event: PointerEvent): number => event.clientX - over.getBoundingClientRect().left;
  const isTouch = (event: PointerEvent): boolean => event.pointerType !== "mouse";

  over.addEventListener("pointerdown", (event) => {
    if (!isTouch(event)) return;
    if (touches.size === 0 && event.timeStamp - tappedAt < DOUBLE_TAP_MS) host.resetZoom();
    tappedAt = event.timeStamp;
    touches.set(event.pointerId, place(event));
    scrub(u, place(event));
  });
  over.addEventListener("pointermove", (event) => {
    if (!isTouch(event) || !touches.has(event.pointerId)) return;
    const before = [...touches.values()];
    touches.set(event.pointerId, place(event));
    if (touches.size === 1) scrub(u, place(event));
    else pinch(u, before, [...touches.values()], host);
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"] as const) {
    over.addEventListener(end, (event) => touches.delete(event.pointerId));
  }
  over.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const at = u.posToVal(event.clientX - over.getBoundingClientRect().left, "x");
      const factor = event.deltaY < 0 ? WHEEL_FACTOR : 1 / WHEEL_FACTOR;
      const { min = 0, max = 0 } = u.scales.x as { min?: number; max?: number };
      host.zoomTo({ from: at - (at - min) * factor, to: at + (max - at) * factor });
    },
    { passive: false },
  );
}

const scrub = (u: uPlot, left: number): void => u.setCursor({ left, top: 10 });

/** Keeps the instants below both fingers where they are. */
function pinch(u: uPlot, before: readonly number[], after: readonly number[], host: GestureHost): void {
  const [b0 = 0, b1 = 0] = before;
  const [a0 = 0, a1 = 0] = after;
  if (Math.abs(a1 - a0) < 12 || Math.abs(b1 - b0) < 12) return;
  const [t0, t1] = [u.posToVal(b0, "x"), u.posToVal(b1, "x")];
  const perPixel = (t1 - t0) / (a1 - a0);
  const from = t0 - a0 * perPixel;
  host.zoomTo({ from, to: from + u.over.clientWidth * perPixel });
}
