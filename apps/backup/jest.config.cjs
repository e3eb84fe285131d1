const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'backup', rootDir: __dirname };
