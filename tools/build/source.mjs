// Lets plain Node run the workspace's TypeScript: `node --import ./tools/build/source.mjs tools/x.ts`.
// Sources write `./x.js` and mean `./x.ts`. Only erasable syntax can be loaded: no decorators, no enums.
import { registerHooks } from 'node:module';

registerHooks({
  resolve: (specifier, context, next) =>
    next(
      /^\.\.?\/.*\.js$/.test(specifier) && context.parentURL?.endsWith('.ts')
        ? specifier.replace(/\.js$/, '.ts')
        : specifier,
      context,
    ),
});
