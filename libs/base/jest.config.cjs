const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'base', rootDir: __dirname };
