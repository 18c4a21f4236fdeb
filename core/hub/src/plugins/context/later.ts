import {
  type Alerts,
  type Insights,
  type Notifications,
  notAvailable,
  type People,
  type Slots,
} from "@vatio/plugin-api";

const refuse = (service: string) => async (): Promise<never> => {
  throw notAvailable(service);
};

/** Energy slots come with a later version. */
export const slotsLater: Slots = { read: refuse("slots"), daily: refuse("slots") };

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

/** People beyond the one admin come with a later version. */
export const peopleLater: People = { get: refuse("people"), list: refuse("people") };
