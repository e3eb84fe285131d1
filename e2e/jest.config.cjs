const { node } = require('../jest.preset.cjs');
module.exports = { ...node(), displayName: 'e2e', rootDir: __dirname };
