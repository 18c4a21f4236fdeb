// A module that never ends: no plugin is ever loaded from it.
for (;;) Math.hypot(1, 1);

export {};
