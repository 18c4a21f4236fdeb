import { i18n } from "../../i18n/i18n.js";
import type { FormNode } from "./form-node.js";
import type { ValuePath } from "./values.js";

/** What the views of fields need of the form: values, words of problems, and ways to change them. */
export interface FormState {
  /** Stored value, completed with defaults. */
  readonly base: unknown;
  /** Edited value. */
  readonly draft: unknown;
  /** Names of secrets that are stored. */
  readonly secretsSet: readonly string[];
  /** Secrets that were typed (text) or taken away (null). */
  readonly secrets: Readonly<Record<string, string | null>>;
  /** Options of texts with a format that the page knows: devices, points. */
  readonly selectors: FormSelectors;
  readonly advancedOpen: boolean;
  /** What a person is typing where it is not the value itself: `1.` */
  typed(pointer: string): string | undefined;
  problem(pointer: string): string | undefined;
  set(path: ValuePath, value: unknown, typed?: string): void;
  addItem(path: ValuePath, item: FormNode): void;
  removeItem(path: ValuePath, index: number): void;
  setSecret(name: string, value: string | null | undefined): void;
  openAdvanced(open: boolean): void;
}

/** Options by the `format` of a text. */
export type FormSelectors = Readonly<Record<string, readonly { readonly value: string; readonly label: string }[]>>;

/** Id of a control within the form. */
export const idOf = (path: ValuePath): string => `f-${path.join("-").replaceAll(/[^\w-]/g, "_")}`;

/** Words, or a message under that key. */
export const words = (textOrKey: string): string => i18n.text({ key: textOrKey });

/** What stands at one place of the form for one value. */
export interface FieldPlace {
  readonly path: ValuePath;
  readonly state: FormState;
}
