const { node } = require('../../jest.preset.cjs');
module.exports = { ...node(), displayName: 'activities', rootDir: __dirname };
