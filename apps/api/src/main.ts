import { MemberRepository, migrate, ProviderRepository } from '@tenon/database';
import { announceReady, loadConfig, onShutdown, runProcess } from '@tenon/platform';
import path from 'node:path';
import { AppService } from './app/app.service.js';
import { composeParts, REQUIRED } from './parts.js';
import { seed } from './seed.js';
import { createServer } from './server.js';
import { reportStart } from './start-report.js';

await runProcess(async () => {
  const config = loadConfig(process.env, REQUIRED);
  const parts = await composeParts(config);
  await migrate(parts.database);
  const { app, close } = await createServer(parts);
  const members = app.get(MemberRepository);
  const seeded = await seed({
    ...parts,
    members,
    apps: app.get(AppService),
    examples: path.resolve(import.meta.dirname, '../../../examples'),
  });
  parts.listener.start();
  await app.listen(config.server.port, config.server.host);
  onShutdown(async () => {
    await close();
    await parts.listener.close();
    await parts.database.close();
  });
  const report = await reportStart({ config, members, providers: app.get(ProviderRepository) }, seeded);
  announceReady({ url: config.server.publicUrl, ...report });
});
