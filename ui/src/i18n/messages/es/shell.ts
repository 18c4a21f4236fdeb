import type { EN_SHELL } from "../en/shell.js";

/** Navegación, barra superior, búsqueda, teclado, estado en vivo. */
export const ES_SHELL = {
  "nav.skip": "Saltar al contenido",
  "nav.main": "Principal",
  "nav.now": "Ahora",
  "nav.usage": "Consumo",
  "nav.devices": "Equipos",
  "nav.settings": "Ajustes",
  "nav.plugins": "Plugins",
  "nav.home": "Vatio, ir a Ahora",

  "live.live": "En vivo",
  "live.connecting": "Conectando",
  "live.silent": "{span} sin datos",
  "live.offline": "Sin conexión",

  "theme.auto": "Tema: el del sistema",
  "theme.light": "Tema: claro",
  "theme.dark": "Tema: oscuro",

  "search.title": "Buscar",
  "search.open": "Buscar (/)",
  "search.placeholder": "Una página o un equipo",
  "search.none": "Nada se llama así.",
  "search.page": "Página",
  "search.device": "Equipo",

  "keys.title": "Teclado",
  "keys.search": "Buscar",
  "keys.range": "Periodo anterior, periodo siguiente",
  "keys.compare": "Comparar o no",
  "keys.theme": "Cambiar el tema",
  "keys.help": "Esta lista",
  "keys.reset": "Deshacer el acercamiento de una gráfica",
  "keys.enabled": "Usar atajos de una tecla",

  "quarantine.one": "{name} se apartó porque falló una y otra vez. Nada más se afectó; lo que midió se conserva.",
  "quarantine.many":
    "{count|one=# plugin se apartó;many=# de plugins se apartaron;other=# plugins se apartaron} porque fallaron una y otra vez.",
  "quarantine.see": "Ver por qué",

  "toast.region": "Mensajes",
  "panel.missing": "El plugin no trajo la página {element} en 2 segundos.",
  "panel.unknown": "No existe esa página. Quizá el plugin está desactivado.",
} as const satisfies Record<keyof typeof EN_SHELL, string>;
