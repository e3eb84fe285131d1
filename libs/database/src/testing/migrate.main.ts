import { openDatabase } from '../database.js';
import { migrate } from '../migrate.js';

// Brings a schema up as a process of its own, which can be killed.
await migrate(openDatabase({ url: process.argv[2] as string, poolSize: 2, name: 'migrate' }));
process.exit(0);
