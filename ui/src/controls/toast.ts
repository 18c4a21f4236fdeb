/** How a toast looks and what it offers. */
export interface ToastOptions {
  readonly kind?: "good" | "bad" | "plain";
  /** One thing that the reader may want to do about it. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

export interface ToastDetail extends ToastOptions {
  readonly message: string;
}

/** Sends a message to the shell, which shows it for a while; works from inside any shadow root. */
export function toast(from: EventTarget, message: string, options: ToastOptions = {}): void {
  const detail: ToastDetail = { message, ...options };
  from.dispatchEvent(new CustomEvent("vt-toast", { detail, bubbles: true, composed: true }));
}
