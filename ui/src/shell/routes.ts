import type { RouteDefinition } from "./route-table.js";

/** Every page of the interface. A page is an element that its module defines; it is loaded when it is opened. */
export const ROUTES: readonly RouteDefinition[] = [
  { path: "/", element: "vt-now-page", load: () => import("../pages/now/now-page.js"), title: "nav.now", nav: "now" },
  {
    path: "/usage",
    element: "vt-usage-page",
    load: () => import("../pages/usage/usage-page.js"),
    title: "nav.usage",
    nav: "usage",
  },
  {
    path: "/devices",
    element: "vt-devices-page",
    load: () => import("../pages/devices/devices-page.js"),
    title: "nav.devices",
    nav: "devices",
  },
  {
    path: "/devices/add",
    element: "vt-add-device-page",
    load: () => import("../pages/devices/add-device-page.js"),
    title: "add.title",
    nav: "devices",
  },
  {
    path: "/devices/:id",
    element: "vt-device-page",
    load: () => import("../pages/device/device-page.js"),
    title: "nav.devices",
    nav: "devices",
  },
  {
    path: "/settings",
    element: "vt-site-settings-page",
    load: () => import("../pages/settings/site-settings-page.js"),
    title: "settings.site",
    nav: "settings",
  },
  {
    path: "/settings/account",
    element: "vt-account-settings-page",
    load: () => import("../pages/settings/account-settings-page.js"),
    title: "settings.account",
    nav: "settings",
  },
  {
    path: "/settings/access",
    element: "vt-access-settings-page",
    load: () => import("../pages/settings/access-settings-page.js"),
    title: "settings.access",
    nav: "settings",
  },
  {
    path: "/settings/plugins",
    element: "vt-plugins-settings-page",
    load: () => import("../pages/settings/plugins-settings-page.js"),
    title: "settings.plugins",
    nav: "settings",
  },
  {
    path: "/settings/plugins/:id",
    element: "vt-plugins-settings-page",
    load: () => import("../pages/settings/plugins-settings-page.js"),
    title: "settings.plugins",
    nav: "settings",
  },
  {
    path: "/settings/system",
    element: "vt-system-settings-page",
    load: () => import("../pages/settings/system-settings-page.js"),
    title: "settings.system",
    nav: "settings",
  },
  {
    path: "/settings/log",
    element: "vt-log-settings-page",
    load: () => import("../pages/settings/log-settings-page.js"),
    title: "settings.log",
    nav: "settings",
  },
  {
    path: "/x/:plugin/:panel",
    element: "vt-plugin-panel-page",
    load: () => import("../contributions/plugin-panel-page.js"),
    title: "nav.plugins",
    nav: "plugins",
  },
  {
    path: "/login",
    element: "vt-login-page",
    load: () => import("../pages/login/login-page.js"),
    title: "login.title",
    access: "open",
  },
  {
    path: "/link/:code",
    element: "vt-link-page",
    load: () => import("../pages/login/link-page.js"),
    title: "login.title",
    access: "open",
  },
  {
    path: "/setup",
    element: "vt-setup-page",
    load: () => import("../pages/setup/setup-page.js"),
    title: "setup.title",
    access: "open",
  },
];

/** What stands where no route fits. */
export const NOT_FOUND: RouteDefinition = {
  path: "/*",
  element: "vt-not-found-page",
  load: () => import("./not-found-page.js"),
  title: "notFound.title",
};
