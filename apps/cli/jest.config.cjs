const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'cli', rootDir: __dirname };
