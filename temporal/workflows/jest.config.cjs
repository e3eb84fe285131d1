const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'workflows', rootDir: __dirname };
