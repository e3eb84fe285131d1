const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'faults', rootDir: __dirname };
