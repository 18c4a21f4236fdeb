import {
  type Alerts,
  type Imports,
  type Insights,
  type Notifications,
  notAvailable,
  type People,
} from "@vatio/plugin-api";

const refuse = (service: string) => async (): Promise<never> => {
  throw notAvailable(service);
};

/** Alerts come with a later version. */
export const alertsLater: Alerts = { raise: refuse("alerts"), resolve: refuse("alerts"), list: refuse("alerts") };

/** Insights come with a later version. */
export const insightsLater: Insights = { publish: refuse("insights"), withdraw: refuse("insights") };

/** Notifications come with a later version. */
export const notificationsLater: Notifications = {
  send: refuse("notifications"),
  provideChannel: () => {
    throw notAvailable("notifications");
  },
};

/** Files are read in the hub's own process: a format is code that the hub calls, row by row. */
export const importsInline: Imports = {
  provideFormat: () => {
    throw notAvailable("imports in a worker");
  },
};

/** People beyond the one admin come with a later version. */
export const peopleLater: People = { get: refuse("people"), list: refuse("people") };
