export { announceReady, onShutdown, type ReadyMessage } from './lifecycle.js';
