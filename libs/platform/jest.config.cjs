const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'platform', rootDir: __dirname };
