// Photographs for the tests: a sheet of paper with a code on it, on a table, a little turned, as JPEG.

import { readFileSync } from "node:fs";

const PAPER = `position: absolute; left: 260px; top: 90px; width: 900px; height: 1200px; background: #fdfcf8; padding: 60px;
  font: 22px serif; transform: perspective(2400px) rotateX(9deg) rotateY(-6deg) rotateZ(4deg);`;
const LINES = "<p>Certificate of the upper secondary school, issued to the person named here.</p>".repeat(12);

// picture: path of the code's PNG, or null for a paper without a code. Returns the bytes of the photo.
export async function photograph(browser, picture) {
  const page = await browser.newPage({ viewport: { width: 1500, height: 1500 } });
  const image = picture
    ? `<img style="width: 260px" src="data:image/png;base64,${readFileSync(picture, "base64")}">`
    : "";
  await page.setContent(
    `<body style="margin: 0; background: #7a6a55"><div style="${PAPER}"><h1>Kingdom</h1>${LINES}${image}</div>`,
  );
  const photo = await page.screenshot({ type: "jpeg", quality: 80 });
  await page.close();
  return photo;
}
