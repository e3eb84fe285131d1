export { checkPort, findFreePort } from './free-port.js';
export { postgresErrors } from './postgres-errors.js';
export { startPostgres, type PostgresOptions, type PostgresServer } from './postgres.js';
export { endProcess, findProcess, isSameProcess, ownIdentity, type ProcessIdentity } from './process-table.js';
export { type ProcessExit, type ServerProcess } from './server-process.js';
