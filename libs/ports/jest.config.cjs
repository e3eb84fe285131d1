const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'ports', rootDir: __dirname };
