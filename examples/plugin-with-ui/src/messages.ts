import type { Catalogue } from "@vatio/plugin-api";

/** The words of the plugin, in every language; each key begins with the plugin's id. */
export const messages = {
  en: {
    "peaks.description": "Remembers the highest power of each point and day",
    "peaks.title": "Peaks of today",
    "peaks.now": "Now",
    "peaks.peak": "Highest today",
    "peaks.at": "At",
    "peaks.point": "Point",
    "peaks.forget": "Forget",
    "peaks.none": "No peaks yet",
    "peaks.none-text": "A point appears here as soon as it draws more than the settings of this plugin ask for.",
  },
  es: {
    "peaks.description": "Recuerda la potencia más alta de cada punto y día",
    "peaks.title": "Picos de hoy",
    "peaks.now": "Ahora",
    "peaks.peak": "Más alto hoy",
    "peaks.at": "Hora",
    "peaks.point": "Punto",
    "peaks.forget": "Olvidar",
    "peaks.none": "Aún no hay picos",
    "peaks.none-text": "Un punto aparece aquí en cuanto consume más de lo que piden los ajustes de este plugin.",
  },
} as const satisfies Catalogue;
