const { node } = require('../../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'object-store-disk', rootDir: __dirname };
