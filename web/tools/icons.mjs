/*
 * Draw the icons of the installed page from public/favicon.svg, with Debian's Chromium: node tools/icons.mjs
 * They are kept with the sources; run this again when the drawing changes.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/* The masked one is cut to a circle or the like by the phone, so its drawing keeps to the middle. */
const ICONS = [
  { name: 'icon-180.png', size: 180, part: 0.8 },
  { name: 'icon-192.png', size: 192, part: 0.86 },
  { name: 'icon-512.png', size: 512, part: 0.86 },
  { name: 'icon-mask-512.png', size: 512, part: 0.62 },
];

const folder = new URL('../public/', import.meta.url);
const drawing = readFileSync(new URL('favicon.svg', folder)).toString('base64');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
for (const { name, size, part } of ICONS) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const side = Math.round(size * part);
  await page.setContent(
    `<body style="margin:0;height:100vh;display:grid;place-items:center;background:#fff">` +
      `<img width="${side}" height="${side}" src="data:image/svg+xml;base64,${drawing}">`,
  );
  await page.locator('img').evaluate((image) => image.decode());
  await page.screenshot({ path: fileURLToPath(new URL(name, folder)) });
  await page.close();
}
await browser.close();
