export { seedApp, seedRun, startTestDatabase, type TestDatabase } from './test-database.js';
