const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'local-models', rootDir: __dirname };
