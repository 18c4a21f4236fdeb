import { type Document, instant, type Json, type KeyValue } from "@vatio/plugin-api";

/** The part of `ctx.kv` that the book uses, in memory; the tests of the plugin use the real one. */
export function memoryDocuments(): KeyValue {
  const values = new Map<string, Document>();
  const set = async (key: string, value: Json): Promise<Document> => {
    const document = { key, value, version: (values.get(key)?.version ?? 0) + 1, updatedAt: instant(0) };
    values.set(key, document);
    return document;
  };
  return {
    get: async <T extends Json>(key: string) => values.get(key) as Document<T> | undefined,
    set,
    compareAndSet: async (key, version, value) =>
      (values.get(key)?.version ?? 0) === version ? set(key, value) : undefined,
    delete: async (key) => values.delete(key),
    list: async (prefix) => [...values.values()].filter(({ key }) => key.startsWith(prefix)),
  };
}
