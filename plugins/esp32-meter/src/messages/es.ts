import type { EN } from "./en.js";

/** Words of the plugin in Spanish. */
export const ES = {
  "esp32-meter.description": "Medidores EnerTrack con ESP32 y cualquier sensor que publique un número en un tema",
  "esp32-meter.config.base.title": "Tema base",
  "esp32-meter.config.base.description":
    "Los nodos EnerTrack publican en <tema base>/<ESPID>/<magnitud>. Cámbialo solo si cambió su firmware.",
  "esp32-meter.config.plain.title": "Temas con un número",
  "esp32-meter.config.plain.description": "Cada uno se vuelve un equipo propio cuando llega su primer número",
  "esp32-meter.config.plain.topic.title": "Tema",
  "esp32-meter.config.plain.topic.description": "Completo, sin los comodines + y #",
  "esp32-meter.config.plain.unit.title": "Unidad",
  "esp32-meter.config.plain.unit.description": "La unidad en que el sensor envía su número",
  "esp32-meter.config.plain.metric.title": "Mide",
  "esp32-meter.config.plain.metric.description": "Lo que significa el número; debe corresponder a la unidad",
  "esp32-meter.config.plain.name.title": "Nombre",
  "esp32-meter.config.plain.name.description": "Se propone al aceptar el equipo; si queda vacío, se propone el tema",
  "esp32-meter.config.active.title": "Desconectado tras",
  "esp32-meter.config.active.description": "Un medidor cuenta como desconectado tras este tiempo sin lecturas",
  "esp32-meter.config.no-data.title": "Sin datos tras",
  "esp32-meter.config.no-data.description": "Tras este tiempo sin lecturas cuenta como sin datos",
  "esp32-meter.setup.node.title": "Nodo EnerTrack",
  "esp32-meter.setup.node.step1":
    "Abre los ajustes en el firmware del nodo y escribe el servidor, el puerto, el usuario y la contraseña que ves aquí.",
  "esp32-meter.setup.node.step2":
    "Deja sus temas como vienen: enertrack/<ESPID>/tension y los demás. El ESPID sale de la dirección del chip.",
  "esp32-meter.setup.node.step3": "Carga el firmware en el ESP32 y conecta el medidor a la red eléctrica.",
  "esp32-meter.setup.node.step4": "El nodo publica cada dos minutos. Aparece aquí: acéptalo con un nombre.",
  "esp32-meter.setup.plain.title": "Sensor que publica un número",
  "esp32-meter.setup.plain.step1":
    "Añade su tema a los ajustes de este complemento, con unidad y significado. energy/consumption, en kW, ya está.",
  "esp32-meter.setup.plain.step2":
    "Escribe en el sensor el servidor, el puerto, el usuario y la contraseña que ves aquí.",
  "esp32-meter.setup.plain.step3":
    "Haz que publique solo el número, con punto decimal (3.75), y no como mensaje retenido.",
  "esp32-meter.setup.plain.step4": "Aparece aquí con su primer número: acéptalo con un nombre.",
  "esp32-meter.offline.disconnected":
    "Sin lecturas desde hace {minutes|one=# minuto;many=# de minutos;other=# minutos}",
  "esp32-meter.offline.no-data": "Sin datos desde hace {hours|one=# hora;many=# de horas;other=# horas} o más",
  "esp32-meter.problem.twice": "El tema {topic} está dos veces en los ajustes; se usa el primero",
  "esp32-meter.problem.below-base": "El tema {topic} no se usa: todo lo que está bajo {base} es de nodos EnerTrack",
  "esp32-meter.problem.unit": "El tema {topic} no se usa: {metric} no se mide en {unit}",
  "esp32-meter.ignored.retained": "Un mensaje retenido: nadie sabe cuándo se midió su valor",
  "esp32-meter.rejected.empty": "El mensaje está vacío",
  "esp32-meter.rejected.too-long": "El mensaje tiene {bytes} bytes; un número tiene como mucho {most}",
  "esp32-meter.rejected.not-ascii": "El mensaje trae caracteres que ningún número tiene",
  "esp32-meter.rejected.json": "El mensaje es JSON; este tema solo admite un número",
  "esp32-meter.rejected.not-finite": "“{value}” no es un número: el medidor no pudo leer su sensor",
  "esp32-meter.rejected.comma": "“{value}” lleva coma; los decimales necesitan un punto",
  "esp32-meter.rejected.hex": "“{value}” es hexadecimal; el número debe ser decimal",
  "esp32-meter.rejected.exponent": "“{value}” lleva exponente; escribe el número completo",
  "esp32-meter.rejected.unit": "“{value}” lleva unidad; envía solo el número",
  "esp32-meter.rejected.not-a-number": "“{value}” no es un número",
  "esp32-meter.rejected.negative": "{what} no puede ser negativo ({value})",
  "esp32-meter.rejected.out-of-range": "{what} no puede ser {value}: va de {least} a {most}",
  "esp32-meter.rejected.topic": "El tema {topic} no tiene la forma {base}/<ESPID>/<magnitud>",
  "esp32-meter.rejected.id": "“{id}” no puede ser un ESPID: de 1 a 64 letras, cifras, “_” o “-”",
  "esp32-meter.rejected.unknown-magnitude": "Los nodos EnerTrack no miden “{magnitude}”",
  "esp32-meter.rejected.taken": "El id {id} ya corresponde al tema del mismo nombre",
} as const satisfies Record<keyof typeof EN, string>;
