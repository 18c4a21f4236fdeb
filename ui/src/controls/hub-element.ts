import { consume } from "@lit/context";
import { clientContext, navigationContext, sessionContext } from "../controllers/contexts.js";
import type { Session } from "../data/api.js";
import type { VatioClient } from "../data/client.js";
import type { Router } from "../shell/router.js";
import { type ToastOptions, toast } from "./toast.js";
import { VatioElement } from "./vatio-element.js";

/** An element that speaks with the hub: pages and the parts of pages. What they show comes from here, never from globals. */
export class HubElement extends VatioElement {
  @consume({ context: clientContext })
  protected client!: VatioClient;

  @consume({ context: navigationContext })
  protected navigation!: Router;

  @consume({ context: sessionContext, subscribe: true })
  protected session: Session | undefined;

  /** Tells of something that happened, at the edge of the page. */
  protected toast(message: string, options?: ToastOptions): void {
    toast(this, message, options);
  }
}
