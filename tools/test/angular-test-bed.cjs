const { setupZonelessTestEnv } = require('jest-preset-angular/setup-env/zoneless');

setupZonelessTestEnv({ errorOnUnknownElements: true, errorOnUnknownProperties: true });

// jsdom has no media; pages ask whether the system is dark
window.matchMedia ??= () => Object.assign(new EventTarget(), { matches: false });
