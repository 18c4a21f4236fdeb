/** What opens above the page: search, or the list of keys. */
export type OverlayName = "palette" | "keys";

/** Opens search or the list of keys from anywhere; the shell loads it when it is first wanted. */
export function openOverlay(from: EventTarget, name: OverlayName): void {
  from.dispatchEvent(new CustomEvent<OverlayName>("vt-overlay", { detail: name, bubbles: true, composed: true }));
}
