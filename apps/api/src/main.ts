import { MemberRepository, migrate, ProviderRepository } from '@tenon/database';
import { announceReady, loadConfig, onShutdown, runProcess } from '@tenon/platform';
import path from 'node:path';
import { composeParts, REQUIRED } from './parts.js';
import { checkKeys } from './secrets/check-keys.js';
import { seed } from './seed.js';
import { createServer } from './server.js';
import { reportStart } from './start-report.js';

await runProcess(async () => {
  const config = loadConfig(process.env, REQUIRED);
  const examples = path.resolve(import.meta.dirname, '../../../examples');
  const parts = await composeParts(config, { examples, console: path.resolve(import.meta.dirname, '../console') });
  await migrate(parts.database);
  await checkKeys(parts);
  const { app, close } = await createServer(parts);
  const seeded = await seed(parts, examples);
  parts.listener.start();
  await app.listen(config.server.port, config.server.host);
  onShutdown(async () => {
    await close();
    await parts.definitionThreads.close();
    await parts.listener.close();
    await parts.database.close();
  });
  const report = await reportStart(
    { config, members: app.get(MemberRepository), providers: app.get(ProviderRepository) },
    seeded,
  );
  announceReady({ url: config.server.publicUrl, ...report });
});
