/** What a small program needs to know of others on this computer, without the packages that `servers` brings along. */
export { findFreePort } from './servers/free-port.js';
export { findLockHolder } from './servers/lock-file.js';
