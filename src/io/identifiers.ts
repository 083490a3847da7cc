import { randomFillSync } from "node:crypto";

/** The system's random numbers cost the same for 28 bytes as for a page of them. */
const pool = Buffer.alloc(4096);
let used = pool.length;

function randomByte(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool[used++] ?? 0;
}

const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** A random id of 22 characters in the alphabet of upstream's answer ids (shortuuid). */
export function newAnswerId(): string {
  let id = "";
  // 57 letters do not divide 256: bytes beyond the last whole multiple are thrown away, so that each letter is equally likely.
  while (id.length < 22) {
    const byte = randomByte();
    if (byte < 228) id += alphabet.charAt(byte % 57);
  }
  return id;
}
