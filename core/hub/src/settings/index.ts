export { createDocuments, type DocumentLimits, type Documents, type DocumentsOptions } from "./documents.js";
export type { FileLimits } from "./file-limits.js";
export { createHubDocument } from "./hub-document.js";
export { createPrivateFiles, type PrivateFilesOptions } from "./private-files.js";
export { createPrivateFolders, type PrivateFoldersOptions } from "./private-folders.js";
export { type PluginData, purgePlugin } from "./purge-plugin.js";
export { loadSecretKey, type SecretKeyOptions } from "./secret-key.js";
export { createSecretStore, type SecretStoreOptions } from "./secret-store.js";
export { SETTING_SCHEMAS } from "./setting-schemas.js";
export {
  createSettingsDocument,
  type DocumentProblem,
  type ImportReport,
  type SectionReport,
  type SettingsDocument,
  type SettingsSection,
} from "./settings-document.js";
export { createSettings, type SettingsOptions } from "./settings-store.js";
export type * from "./types.js";
