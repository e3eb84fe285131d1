/** What a small program needs to know of others on this computer, without the packages that `servers` brings along. */
export { checkPort, findFreePort } from './servers/free-port.js';
export { marksOf, type InstanceMarks } from './servers/instance-marks.js';
export { findLockHolder, putMark, takeLock, type HeldLock } from './servers/lock-file.js';
