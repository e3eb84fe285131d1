// Builds a Node process into dist/<folder>: `node tools/build/node-app.mjs <folder> [--workflows <entry.ts>] [--watch]`.
import { transform } from '@swc/core';
import esbuild from 'esbuild';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { findPackageJSON, isBuiltin } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { workflows: { type: 'string' }, watch: { type: 'boolean', default: false } },
});
const root = positionals[0];
const outdir = path.resolve('dist', root);
const inOutdir = (name) => path.join(outdir, name);

// esbuild does not emit design:type metadata, so files that use decorators go through swc first.
const decorators = {
  name: 'swc-decorators',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
      const source = await fs.promises.readFile(file, 'utf8');
      if (file.includes('node_modules') || !/^\s*@[A-Z]\w*\(/m.test(source)) return { contents: source, loader: 'ts' };
      const { code } = await transform(source, {
        filename: file,
        sourceMaps: 'inline',
        isModule: true,
        configFile: false,
        swcrc: false,
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          keepClassNames: true,
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
      });
      return { contents: code, loader: 'js' };
    });
  },
};

// Everything external except @tenon/* (`packages: 'external'` would leave our TypeScript out too) and packages of which
// dist would find another copy than the source does: those are bundled.
const external = {
  name: 'external',
  setup(build) {
    const seenFromDist = pathToFileURL(inOutdir('main.js'));
    build.onResolve({ filter: /^[^./]/ }, ({ kind, path: name, importer }) => {
      if (kind === 'entry-point' || name.startsWith('@tenon/')) return undefined;
      const isSame =
        isBuiltin(name) || findPackageJSON(name, pathToFileURL(importer)) === findPackageJSON(name, seenFromDist);
      return isSame ? { path: name, external: true } : undefined;
    });
  },
};

let child;
let bundled;
const finish = {
  name: 'finish',
  setup(build) {
    build.onEnd(async ({ errors }) => {
      if (errors.length) return;
      const source = values.workflows && fs.readFileSync(inOutdir('workflows.js'), 'utf8');
      if (source && source !== bundled) {
        const { DefaultLogger } = await import('@temporalio/worker');
        const { bundleWorkflows } = await import('./workflow-bundle.mjs');
        const { code } = await bundleWorkflows(path.resolve(values.workflows), new DefaultLogger('WARN'));
        fs.writeFileSync(inOutdir('workflow-bundle.js'), code);
        bundled = source;
      }
      if (!values.watch) return;
      if (child && child.exitCode === null) {
        child.kill('SIGTERM');
        await new Promise((resolve) => child.once('exit', resolve));
      }
      child = spawn(process.execPath, ['--enable-source-maps', inOutdir('main.js')], { stdio: 'inherit' });
    });
  },
};

const entryPoints = { main: path.join(root, 'src/main.ts') };
if (values.workflows) entryPoints.workflows = values.workflows;
// What runs in threads of its own is loaded by name, as a file beside main.js.
for (const file of fs.globSync('src/**/*.thread.ts', { cwd: root }))
  entryPoints[path.basename(file, '.ts')] = path.join(root, file);
fs.rmSync(outdir, { recursive: true, force: true });
fs.mkdirSync(outdir, { recursive: true });
fs.writeFileSync(inOutdir('package.json'), '{"type":"module"}\n');
// Scripts that run outside the bundle (sandbox children and the like) are plain .mjs files beside the sources.
for (const file of fs.globSync('src/**/*.mjs', { cwd: root }))
  fs.copyFileSync(path.join(root, file), inOutdir(path.basename(file)));

const context = await esbuild.context({
  entryPoints,
  outdir,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  tsconfig: path.join(root, 'tsconfig.json'),
  sourcemap: true,
  keepNames: true,
  // CommonJS packages that are bundled ask for Node's modules through `require`
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
  plugins: [external, decorators, finish],
});
if (values.watch) {
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => {
      child?.kill('SIGTERM');
      process.exit(0);
    });
  await context.watch();
} else {
  await context.rebuild();
  await context.dispose();
}
