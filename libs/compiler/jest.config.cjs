const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'compiler', rootDir: __dirname };
