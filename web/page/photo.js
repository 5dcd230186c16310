// Prepares a photo for sending: drawn anew, no larger than reading a code needs, without the place, time and device
// that a camera writes into its files.

const LONGEST_SIDE = 2600;
const QUALITY = 0.92;
const TYPES = ["image/png", "image/jpeg"];

async function redraw(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

// The pictures to try in turn. The file itself comes second, because a small code in a large picture may need every
// pixel, and because some browsers spoil a drawn picture on purpose; it comes alone when the browser cannot draw it.
// Empty for a file that is neither drawable nor of a type the service reads.
export async function preparePhoto(file) {
  const drawn = await redraw(file).catch(() => null);
  return [drawn, TYPES.includes(file.type) ? file : null].filter((picture) => picture !== null);
}
