import type { KeyValue, PrivateFiles, Secrets } from "@vatio/plugin-api";
import type { PluginScope } from "../scope.js";

/** The plugin's documents. */
export function kvService(scope: PluginScope): KeyValue {
  const documents = scope.services.documents(scope.id);
  return {
    get: async (key) => scope.serve(() => documents.get(key)),
    set: async (key, value) => scope.serve(() => documents.set(key, value)),
    compareAndSet: async (key, version, value) => scope.serve(() => documents.compareAndSet(key, version, value)),
    delete: async (key) => scope.serve(() => documents.delete(key)),
    list: async (prefix) => scope.serve(() => documents.list(prefix)),
  };
}

/** The plugin's private folder. */
export function filesService(scope: PluginScope): PrivateFiles {
  const files = scope.services.files(scope.id);
  return {
    read: async (path) => scope.serve(() => files.read(path)),
    write: async (path, data) => scope.serve(() => files.write(path, data)),
    delete: async (path) => scope.serve(() => files.delete(path)),
    list: async (folder) => scope.serve(() => files.list(folder)),
  };
}

/** The secrets that a person entered for the plugin. */
export function secretsService(scope: PluginScope): Secrets {
  return {
    get: async (name) => {
      scope.live();
      scope.permissions.requireFor("secrets", name);
      return scope.serve(() => scope.services.secrets.get(`plugin:${scope.id}`, name));
    },
  };
}
