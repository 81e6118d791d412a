/** Draws a map's numbers in colours whose lightness grows evenly with the value. */

const steps = 256;

/** Violet to yellow in OKLCH: lightness is linear in the value, which is what the eye compares. */
const palette = Array.from({ length: steps }, (_, i) => {
  const t = i / (steps - 1);
  return oklchToRgb(0.28 + 0.66 * t, 0.17 - 0.05 * (2 * t - 1) ** 2, 295 + 165 * t);
});

/** The little-endian float32 numbers that a raw map's data are. */
export function decode(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++)
    bytes[i] = text.charCodeAt(i);
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/**
 * Paints a map on a canvas of width x height pixels: bilinear with half-pixel centres, scaled to its maximum, and the clearer the less
 * speaks for the score. A map that is all zero leaves the canvas clear.
 */
export function paint(canvas, { values, columns, rows }, width, height) {
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const most = values.reduce((a, b) => Math.max(a, b), 0);
  if (most <= 0)
    return;
  const across = places(width, columns);
  const down = places(height, rows);
  const image = context.createImageData(width, height);
  for (let y = 0, at = 0; y < height; y++) {
    const { from: top, to: bottom, share: v } = down[y];
    for (let x = 0; x < width; x++, at += 4) {
      const { from: left, to: right, share: u } = across[x];
      const upper = values[top * columns + left] * (1 - u) + values[top * columns + right] * u;
      const lower = values[bottom * columns + left] * (1 - u) + values[bottom * columns + right] * u;
      const heat = Math.max(0, upper * (1 - v) + lower * v) / most;
      const [red, green, blue] = palette[Math.round(heat * (steps - 1))];
      image.data[at] = red;
      image.data[at + 1] = green;
      image.data[at + 2] = blue;
      image.data[at + 3] = 255 * Math.min(1, 1.15 * heat ** 0.7);
    }
  }
  context.putImageData(image, 0, 0);
}

/** Paints the colours from the least to the most. */
export function paintRamp(canvas) {
  const context = canvas.getContext("2d");
  palette.forEach(([red, green, blue], i) => {
    context.fillStyle = `rgb(${red} ${green} ${blue})`;
    context.fillRect(i / steps * canvas.width, 0, canvas.width / steps + 1, canvas.height);
  });
}

/** Between which cells the centre of each pixel lies, and how near to the second. */
function places(pixels, cells) {
  return Array.from({ length: pixels }, (_, i) => {
    const place = Math.min(Math.max((i + 0.5) * cells / pixels - 0.5, 0), cells - 1);
    const from = Math.floor(place);
    return { from, to: Math.min(from + 1, cells - 1), share: place - from };
  });
}

/** sRGB, 0 to 255, of a colour in OKLCH (Ottosson 2020), hue in degrees. */
function oklchToRgb(lightness, chroma, hue) {
  const a = chroma * Math.cos(hue * Math.PI / 180);
  const b = chroma * Math.sin(hue * Math.PI / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s,
  ].map(linear => {
    const c = Math.min(Math.max(linear, 0), 1);
    return Math.round(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055));
  });
}
