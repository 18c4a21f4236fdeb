import type { DeviceRegistry, PointRegistry, SiteRegistry } from "../registry/types.js";
import { devicesSection, pointsSection, sitesSection } from "./place-sections.js";
import { type PluginSettings, pluginsSection } from "./plugins-section.js";
import { createSettingsDocument, type SettingsDocument } from "./settings-document.js";
import { settingsSection } from "./settings-section.js";
import type { Settings } from "./types.js";

/** Whose data the document of a hub is made of. */
export interface HubDocumentOptions {
  readonly sites: SiteRegistry;
  readonly points: PointRegistry;
  readonly devices: DeviceRegistry;
  readonly plugins: PluginSettings;
  readonly settings: Settings;
}

/** The settings document of a hub. Places come before what refers to them. */
export const createHubDocument = (hub: HubDocumentOptions): SettingsDocument =>
  createSettingsDocument({
    sections: [
      sitesSection(hub.sites),
      pointsSection(hub.points),
      devicesSection(hub.devices),
      pluginsSection(hub.plugins),
      settingsSection(hub.settings),
    ],
  });
