const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'engine', rootDir: __dirname };
