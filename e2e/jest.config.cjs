const { node } = require('../jest.preset.cjs');
// hooks start and stop whole products
module.exports = { ...node(), displayName: 'e2e', rootDir: __dirname, testTimeout: 60_000 };
