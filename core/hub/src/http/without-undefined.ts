/** The object without the properties that are undefined; their types become optional. */
export type Defined<T> = {
  [K in keyof T as MayBeUndefined<T[K]> extends true ? never : K]: T[K];
} & {
  [K in keyof T as MayBeUndefined<T[K]> extends true ? K : never]?: Exclude<T[K], undefined>;
};

type MayBeUndefined<V> = unknown extends V ? false : undefined extends V ? true : false;

/** Leaves out what is undefined: JSON has no such value, and optional properties must be absent instead. */
export function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Defined<T>;
}
