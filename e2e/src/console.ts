export { startBrowser } from './browser.js';
export { follow, publishApp, startRun } from './client.js';
export { Person } from './person.js';
export { startStack } from './stack.js';
export type { CDPSession, Page } from 'playwright-core';
export { workflowOf } from './wide-app.js';
