import { createContext } from "@lit/context";
import type { Session } from "../data/api.js";
import type { VatioClient } from "../data/client.js";
import type { Router } from "../shell/router.js";
import type { SessionStore } from "../shell/session-store.js";
import type { ThemeStore } from "../theme/theme-store.js";

/** The hub. */
export const clientContext = createContext<VatioClient>(Symbol("client"));
/** Who is signed in; undefined before that. */
export const sessionContext = createContext<Session | undefined>(Symbol("session"));
/** Where the page is and how to go elsewhere. */
export const navigationContext = createContext<Router>(Symbol("navigation"));
/** Light, dark or as the system says. */
export const themeContext = createContext<ThemeStore>(Symbol("theme"));
/** Signing in and out. */
export const sessionStoreContext = createContext<SessionStore>(Symbol("session store"));
