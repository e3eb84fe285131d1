import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../../../..');
/** Where a flow's own requests could be written. */
const sources = globSync('{libs/{nodes,engine,dsl,compiler,jinja},temporal/{activities,workflows}}/src/**/*.ts', {
  cwd: root,
  exclude: (name) => /\.spec\.ts$/.test(name),
}).filter((path) => !path.includes('/testing/'));
const otherClients =
  /from '(node:)?(https?|net|tls|dgram|undici|axios|got)'|\bfetch\(|new WebSocket\(|new EventSource\(/;

describe('the only way out', () => {
  it('B38 nothing that runs flows opens connections besides the outbound client', () => {
    expect(sources.length).toBeGreaterThan(10);
    const offenders = sources.filter((path) => otherClients.test(readFileSync(join(root, path), 'utf8')));
    expect(offenders).toEqual([]);
  });

  it.each([
    "import { request } from 'node:https';",
    "import http from 'http';",
    "import { fetch } from 'undici';",
    'const reply = await fetch(url);',
  ])('B38 would notice %s', (line) => {
    expect(otherClients.test(line)).toBe(true);
  });
});
