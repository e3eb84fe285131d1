export { buildZip, type ZippedFile } from './build-zip.js';
export { BuiltProcess } from './built-process.js';
export { startTestPostgres, type TestPostgres } from './postgres.js';
export { itWithDisks, mayMount, mountSmallDisk, type SmallDisk } from './small-disk.js';
export { takeConnections, type TakenConnections } from './taken-connections.js';
export { makeTestClock, type TestClock } from './test-clock.js';
export { startTestTemporal, type TestTemporal } from './temporal.js';
export { until } from './until.js';
