import type { EN } from "./en.js";

/** Words of the plugin in Spanish. */
export const ES = {
  "shelly.description":
    "Enchufes, relés y medidores de Shelly, Gen1 a Gen4: lecturas por MQTT o HTTP, y encendido y apagado",
  "shelly.config.ask.title": "Pedir detalles a los equipos",
  "shelly.config.ask.description":
    "Pide a cada Shelly por MQTT su nombre, modelo, firmware y estado completo cuando aparece",
  "shelly.config.gen1.title": "Equipos Gen1",
  "shelly.config.gen1.description": "Escucha los temas de la primera generación (shellies/…)",
  "shelly.config.history.title": "Rellenar huecos",
  "shelly.config.history.description":
    "Tras una interrupción lee de los medidores lo que ellos mismos anotaron, minuto a minuto",
  "shelly.config.password.title": "Contraseña de los equipos",
  "shelly.config.password.description":
    "Solo hace falta para leer los registros de un equipo cuya página pide contraseña",
  "shelly.config.gen1-user.title": "Usuario de los equipos Gen1",
  "shelly.config.gen1-user.description": "El que está puesto en el equipo; los más nuevos usan siempre admin",
  "shelly.config.silent.title": "Callado tras",
  "shelly.config.silent.description":
    "Un equipo que solo envía por HTTP cuenta como desconectado tras este tiempo sin envíos",
  "shelly.setup.gen2.title": "Shelly Plus, Pro, Gen3 o Gen4",
  "shelly.setup.gen2.step1": "Abre la página del equipo en un navegador (su dirección IP) y elige Settings, MQTT.",
  "shelly.setup.gen2.step2":
    "Activa “Enable MQTT network”. Escribe servidor y puerto como “servidor:puerto”, y el usuario y la contraseña que ves aquí.",
  "shelly.setup.gen2.step3": "Deja “MQTT prefix” y “Client ID” como vienen.",
  "shelly.setup.gen2.step4": "Activa “RPC status notifications over MQTT”.",
  "shelly.setup.gen2.step5": "Guarda y reinicia el equipo. Aparece aquí en menos de un minuto.",
  "shelly.setup.gen1.title": "Shelly de primera generación",
  "shelly.setup.gen1.step1":
    "Abre la página del equipo en un navegador (su dirección IP): Internet & Security, Advanced, Developer settings.",
  "shelly.setup.gen1.step2": "Activa “Enable action execution via MQTT”. Con eso deja de usar la nube de Shelly.",
  "shelly.setup.gen1.step3":
    "Escribe servidor y puerto como “servidor:puerto”, y el usuario y la contraseña que ves aquí. Pon “Max QoS” en 1.",
  "shelly.setup.gen1.step4": "Guarda. El equipo se reinicia y aparece aquí.",
  "shelly.setup.http.title": "Shelly que envía por HTTP",
  "shelly.setup.http.step1": "Crea en Ajustes un token de tipo “ingest”.",
  "shelly.setup.http.step2":
    "En un script del equipo, envía el resultado de Shelly.GetStatus con POST a /api/v1/ingest/shelly, con la cabecera Authorization: Bearer y el token.",
  "shelly.setup.http.step3": "Un equipo que solo envía se puede leer, pero no encender ni apagar desde aquí.",
  "shelly.offline.connection": "El equipo perdió la conexión con el broker",
  "shelly.offline.silent": "No llegó ningún envío en {minutes|one=# minuto;many=# de minutos;other=# minutos}",
  "shelly.rejected.too-large": "El mensaje de {bytes} bytes es demasiado grande",
  "shelly.rejected.not-text": "El mensaje no es texto (UTF-8)",
  "shelly.rejected.not-json": "El mensaje no es JSON",
  "shelly.rejected.not-an-object": "El mensaje es JSON, pero no un objeto",
  "shelly.rejected.not-a-frame": "El mensaje no es una notificación de un Shelly: falta src, method o params",
  "shelly.rejected.too-fast": "El dispositivo envía más deprisa de lo que los instantes permiten distinguir",
  "shelly.rejected.bad-src": "El nombre en src no puede ser el de un Shelly",
  "shelly.rejected.foreign-src": "El mensaje dice ser de {src}, pero su tema es de {topic}",
  "shelly.rejected.field": "{field} no tiene el tipo esperado; se usó el resto del mensaje",
  "shelly.rejected.energy-mismatch":
    "{channel} devolvió más energía de la que contó en total: pon a cero los dos contadores del canal a la vez",
  "shelly.rejected.meter-failed": "El equipo dice que falló el medidor de {channel}; no se usaron sus valores",
  "shelly.rejected.beyond-range": "El equipo dice que no puede medir tanto: no se usó {field}",
  "shelly.rejected.too-many": "Un estado con {components} componentes que miden no es de un Shelly",
  "shelly.rejected.too-many-channels": "No se usó {channel}: un equipo tiene {most} canales como mucho",
  "shelly.rejected.coiot": "Esto es CoIoT, que los equipos Gen1 envían sin MQTT: activa MQTT en el equipo",
  "shelly.rejected.mdns": "Esto es una respuesta de mDNS y no trae lecturas",
  "shelly.rejected.em-history": "Esto es una tabla de registros guardados, que se lee del equipo y no se recibe",
  "shelly.rejected.http-challenge": "Esto es una petición de contraseña por HTTP y no trae lecturas",
  "shelly.rejected.rpc-error": "El equipo respondió con un error: {message} ({code})",
  "shelly.rejected.reply": "Esto es la respuesta a una petición, en un tema de notificaciones",
  "shelly.rejected.gen1-status":
    "Esto es el estado de un equipo de primera generación, que lo envía como shellies/<id>/info",
  "shelly.rejected.method-list": "Esto es una lista de métodos y no trae lecturas",
  "shelly.rejected.device-info": "Esto es la descripción de un equipo y no trae lecturas",
  "shelly.rejected.unknown-prefix":
    "Aún no se conoce un equipo cuyos temas empiecen con {prefix}; se le preguntó su nombre",
  "shelly.rejected.unknown-id": "El equipo {id} aún no dijo su dirección MAC; se le preguntó",
  "shelly.rejected.post-without-mac": "El envío no dice en sys.mac qué equipo lo manda",
  "shelly.rejected.no-mac": "El anuncio no trae una dirección MAC",
  "shelly.rejected.bad-value": "{field} no puede valer “{value}”",
  "shelly.ignored.nothing-metered": "Nada en el mensaje mide ni enciende",
  "shelly.ignored.half-energy":
    "{channel} envió solo uno de sus dos contadores de energía; el consumo se calcula con ambos",
  "shelly.ignored.typed-power": "El equipo no tiene medidor; su potencia es un número escrito a mano",
  "shelly.ignored.invalid-meter": "El equipo marca su medidor como no válido",
  "shelly.ignored.roller-energy": "La energía de una persiana llega en su propio tema",
  "shelly.ignored.since-report": "Energía desde el último aviso; se usa el total acumulado",
} as const satisfies Record<keyof typeof EN, string>;
