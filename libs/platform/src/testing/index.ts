export { BuiltProcess } from './built-process.js';
export { startTestPostgres, type TestPostgres } from './postgres.js';
export { startTestTemporal, type TestTemporal } from './temporal.js';
