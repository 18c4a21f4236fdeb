import { beforeEach, describe, expect, it } from "vitest";
import { Router } from "../../src/shell/router.js";

/** As much of a window as an address bar has. */
class FakeWindow extends EventTarget {
  readonly document = new EventTarget();
  readonly entries: string[] = ["/"];
  index = 0;
  readonly history = {
    pushState: (_state: unknown, _title: string, href: string) => {
      this.entries.splice(this.index + 1, this.entries.length, href);
      this.index++;
    },
    replaceState: (_state: unknown, _title: string, href: string) => {
      this.entries[this.index] = href;
    },
  };

  get location(): URL {
    return new URL(this.entries[this.index] ?? "/", "http://hub.test");
  }

  back(): void {
    this.index--;
    this.dispatchEvent(new Event("popstate"));
  }
}

/** Lets the answer to a question arrive. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a page with unsaved edits", () => {
  let page: FakeWindow;
  let router: Router;
  let shown: string[];

  beforeEach(() => {
    page = new FakeWindow();
    router = new Router(page as unknown as Window);
    shown = [];
    router.changes.on(() => shown.push(router.location.path));
    router.start();
    router.go("/settings");
  });

  it("is left at once when nothing holds it", () => {
    router.go("/devices");
    expect(shown).toEqual(["/settings", "/devices"]);
  });

  it("stays when the person says so, by a link and by the button Back", async () => {
    router.guard(async () => false);
    router.go("/devices");
    await settle();
    page.back();
    await settle();
    expect(page.location.pathname).toBe("/settings");
    expect(shown).toEqual(["/settings"]);
  });

  it("is left after the person agreed", async () => {
    router.guard(async () => true);
    router.go("/devices");
    await settle();
    expect(shown).toEqual(["/settings", "/devices"]);
  });

  it("goes where Back wanted after the person agreed", async () => {
    router.guard(async () => true);
    page.back();
    expect(page.location.pathname).toBe("/settings");
    await settle();
    expect(page.location.pathname).toBe("/");
    expect(shown).toEqual(["/settings", "/"]);
  });

  it("is not asked about once it was saved", async () => {
    const end = router.guard(async () => false);
    end();
    router.go("/devices");
    await settle();
    expect(page.location.pathname).toBe("/devices");
  });

  it("keeps the state of its view without a question", () => {
    router.guard(async () => false);
    router.setQuery({ r: "7d" });
    expect(page.location.search).toBe("?r=7d");
  });
});
