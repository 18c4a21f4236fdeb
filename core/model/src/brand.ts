/** A structural type made nominal: a plain string or number is not accepted where a branded one is asked for. */
export type Brand<T, B extends string> = T & { readonly __brand: B };
