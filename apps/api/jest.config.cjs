const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'api', rootDir: __dirname };
