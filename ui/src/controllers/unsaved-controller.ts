import type { ReactiveController, ReactiveControllerHost } from "lit";
import { t } from "../i18n/i18n.js";
import type { Router } from "../shell/router.js";

/** Asks before a page with unsaved edits is left, by a link, by the buttons of the browser, or by closing it. */
export class UnsavedController implements ReactiveController {
  readonly #router: () => Router;
  readonly #isDirty: () => boolean;
  #end: (() => void) | undefined;

  constructor(host: ReactiveControllerHost, router: () => Router, isDirty: () => boolean) {
    this.#router = router;
    this.#isDirty = isDirty;
    host.addController(this);
  }

  hostUpdated(): void {
    if (!this.#isDirty()) this.#release();
    else this.#end ??= this.#hold();
  }

  hostDisconnected(): void {
    this.#release();
  }

  #hold(): () => void {
    const end = this.#router().guard(() => this.#mayLeave());
    window.addEventListener("beforeunload", keepOpen);
    return () => {
      end();
      window.removeEventListener("beforeunload", keepOpen);
    };
  }

  #release(): void {
    this.#end?.();
    this.#end = undefined;
  }

  async #mayLeave(): Promise<boolean> {
    const { confirm } = await import("../controls/confirm.js");
    return confirm({
      title: t("unsaved.title"),
      text: t("unsaved.text"),
      yes: t("unsaved.leave"),
      no: t("unsaved.stay"),
    });
  }
}

/** The browser asks in its own words. */
const keepOpen = (event: Event): void => event.preventDefault();
