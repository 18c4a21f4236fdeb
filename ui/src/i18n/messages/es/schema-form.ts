import type { EN_SCHEMA_FORM } from "../en/schema-form.js";

/** El formulario de ajustes. */
export const ES_SCHEMA_FORM = {
  "form.add": "Agregar",
  "form.advanced": "Avanzado",
  "form.atDefault": "{n} de {all} con su valor de fábrica",
  "form.changed": "cambió",
  "form.choose": "Elige",
  "form.default": "De fábrica: {value}",
  "form.email": "No es una dirección de correo",
  "form.empty": "vacío",
  "form.integer": "Debe ser un número entero",
  "form.json": "No es JSON",
  "form.keep": "Conservar el anterior",
  "form.noRows": "Todavía ninguno",
  "form.number": "Debe ser un número",
  "form.pattern": "No está escrito como debe",
  "form.patternLike": "No está escrito como debe, por ejemplo {example}",
  "form.removeRow": "Quitar la fila {n}",
  "form.replace": "Reemplazar",
  "form.row": "Fila {n}",
  "form.secretRemove": "Quitarlo",
  "form.secretRemoved": "Se quita cuando guardes.",
  "form.secretSaved": "Guardado. Nadie puede volver a leerlo, ni tú.",
  "form.unsaved": "{n|one=# cambio sin guardar;many=# de cambios sin guardar;other=# cambios sin guardar}",
  "form.url": "No es una dirección. Empieza con https:// o http://",
  "form.was": "era {value}",
} as const satisfies Record<keyof typeof EN_SCHEMA_FORM, string>;
