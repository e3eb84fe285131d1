export { eventsOf } from './events-of.js';
export { fixedKeys } from './fixed-keys.js';
export { planOf } from './plan-of.js';
export { seedApp, seedRun, startTestDatabase, type TestDatabase } from './test-database.js';
export { agedId, seedAgedRun, seedConversation, tablesOf } from './aged-run.js';
export { seedTwoSteps } from './two-steps.js';
