const { angular } = require('../../jest.preset.cjs');
module.exports = { ...angular(), displayName: 'graph-canvas', rootDir: __dirname };
