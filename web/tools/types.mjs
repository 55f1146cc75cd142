/* Write the types of the API's own description, where the server has written one. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const [source, target] = process.argv.slice(2);
if (!source || !target) {
  console.error('usage: types.mjs OPENAPI-JSON OUTPUT');
  process.exit(2);
}
if (!existsSync(source)) {
  console.log(`${source} does not exist; build the server first`);
  process.exit(0);
}
const { status } = spawnSync('openapi-typescript', [source, '--output', target], { stdio: 'inherit' });
process.exit(status ?? 1);
