export { startTestPostgres, type TestPostgres } from './postgres.js';
