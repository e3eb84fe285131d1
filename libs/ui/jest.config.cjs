const { angular } = require('../../jest.preset.cjs');
module.exports = { ...angular(), displayName: 'ui', rootDir: __dirname };
