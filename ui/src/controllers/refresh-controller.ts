import type { ReactiveController, ReactiveControllerHost } from "lit";

const SOON_MS = 4_000;
const SLOW_MS = 60_000;
/** More new values than the passing of time brings: somebody fills in the past. */
const FILLED_IN = 3;

/** The pause before the next question: short while the past still arrives, then twice the former one up to a minute. */
export const nextPause = (former: number, { known, before }: { readonly known: number; readonly before: number }) =>
  known > before + FILLED_IN ? SOON_MS : Math.min(SLOW_MS, former * 2);

/** Asks again and again, often while answers still grow; stands still while the page is hidden. */
export class RefreshController implements ReactiveController {
  readonly #refresh: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pause = SOON_MS;
  #known = 0;

  constructor(host: ReactiveControllerHost, refresh: () => void) {
    this.#refresh = refresh;
    host.addController(this);
  }

  /** Says how many values the newest answer holds. */
  answered(known: number): void {
    this.#pause = nextPause(this.#pause, { known, before: this.#known });
    this.#known = known;
    this.#plan();
  }

  hostConnected(): void {
    this.#pause = SOON_MS;
    this.#plan();
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }

  #plan(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (!document.hidden) this.#refresh();
      this.#plan();
    }, this.#pause);
  }
}
