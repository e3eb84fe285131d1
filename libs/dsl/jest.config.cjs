const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'dsl', rootDir: __dirname };
