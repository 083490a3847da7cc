import { randomBytes } from "node:crypto";

const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** A random id of 22 characters in the alphabet of upstream's answer ids (shortuuid). */
export function newAnswerId(): string {
  let id = "";
  // 57 letters do not divide 256: bytes beyond the last whole multiple are thrown away, so that each letter is equally likely.
  while (id.length < 22) {
    for (const byte of randomBytes(28)) {
      if (byte < 228 && id.length < 22) id += alphabet.charAt(byte % 57);
    }
  }
  return id;
}
