/** Runs a callback soon, many requests as one. */
export type Schedule = (callback: () => void) => void;

/**
 * Coalesces into one call per animation frame. A hidden page has no frames, so there a slow timer keeps titles and
 * state alive without drawing.
 */
export const perFrame: Schedule = (callback) => {
  if (document.hidden) setTimeout(callback, 1_000);
  else requestAnimationFrame(callback);
};
