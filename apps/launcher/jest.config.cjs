const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'launcher', rootDir: __dirname };
