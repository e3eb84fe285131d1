const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'database', rootDir: __dirname };
