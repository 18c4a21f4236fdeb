import type { Instant } from "@vatio/model";

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A document with its version. */
export interface Document<T extends Json = Json> {
  readonly key: string;
  readonly value: T;
  /** Rises with each change; 1 for the first. */
  readonly version: number;
  readonly updatedAt: Instant;
}

/** Small JSON documents of a plugin, in the backup, gone when the plugin is purged. Keys up to 512 characters, values up to 1 MiB. */
export interface KeyValue {
  get<T extends Json = Json>(key: string): Promise<Document<T> | undefined>;
  /** Stores unconditionally. */
  set(key: string, value: Json): Promise<Document>;
  /** Stores only over the version named (0: only when absent). @returns undefined when somebody else was faster. */
  compareAndSet(key: string, version: number, value: Json): Promise<Document | undefined>;
  delete(key: string): Promise<boolean>;
  list(prefix: string): Promise<readonly Document[]>;
}

/** A file of a plugin. */
export interface FileInfo {
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: Instant;
}

/** A private folder of a plugin, in the backup. Paths are relative, with `/`; leaving the folder throws E_PATH_INVALID. */
export interface PrivateFiles {
  read(path: string): Promise<Uint8Array | undefined>;
  /** Replaces the file as a whole: readers see the old one or the new one. */
  write(path: string, data: Uint8Array | string): Promise<void>;
  delete(path: string): Promise<boolean>;
  list(folder?: string): Promise<readonly FileInfo[]>;
}

/** Secrets that a person entered for this plugin. */
export interface Secrets {
  /** @throws E_PERMISSION without `secrets:<name>`. */
  get(name: string): Promise<string | undefined>;
}
