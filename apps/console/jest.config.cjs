const { angular } = require('../../jest.preset.cjs');
module.exports = { ...angular(), displayName: 'console', rootDir: __dirname };
