const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'worker', rootDir: __dirname };
