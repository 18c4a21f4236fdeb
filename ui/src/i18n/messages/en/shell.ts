/** Navigation, top bar, search, keyboard, live state. */
export const EN_SHELL = {
  "nav.skip": "Skip to content",
  "nav.main": "Main",
  "nav.now": "Now",
  "nav.usage": "Usage",
  "nav.devices": "Devices",
  "nav.settings": "Settings",
  "nav.plugins": "Plugins",
  "nav.home": "Vatio, to Now",

  "live.live": "Live",
  "live.connecting": "Connecting",
  "live.silent": "{span} without data",
  "live.offline": "No connection",

  "theme.auto": "Theme: as the system",
  "theme.light": "Theme: light",
  "theme.dark": "Theme: dark",

  "search.title": "Search",
  "search.open": "Search (/)",
  "search.placeholder": "A page or a device",
  "search.none": "Nothing is called that.",
  "search.page": "Page",
  "search.device": "Device",

  "keys.title": "Keyboard",
  "keys.search": "Search",
  "keys.range": "Range before, range after",
  "keys.compare": "Compare or not",
  "keys.theme": "Change the theme",
  "keys.help": "This list",
  "keys.reset": "Undo the zoom of a chart",
  "keys.enabled": "Use single-key shortcuts",

  "quarantine.one":
    "{name} was set aside because it crashed again and again. Nothing else is affected; what it measured is kept.",
  "quarantine.many": "{count|one=# plugin was;other=# plugins were} set aside because they crashed again and again.",
  "quarantine.see": "See why",

  "toast.region": "Messages",
  "panel.missing": "The plugin did not bring the page {element} within 2 seconds.",
  "panel.unknown": "There is no such page. The plugin may be disabled.",
} as const;
