// What a PIN must be, said before it is sent. The agent judges as well.

/** Digits that a PIN of each role has at least. @param {string} role */
export const shortest = (role) => (role === "cashier" ? 4 : 6);

/** One piece again and again, such as 0000 or 1212. @param {string} pin */
const repeats = (pin) => /^(\d+?)\1+$/.test(pin);

/** Counting up or down, 9 being followed by 0. @param {string} pin */
const straight = (pin) => [1, 9].some((step) => [...pin].every((d, i) => i === 0 || Number(d) === (Number(pin[i - 1]) + step) % 10));

/**
 * What is wrong with a new PIN, as the key of a sentence; "" when nothing is.
 * @param {string} pin @param {string} again @param {string} role
 */
export function pinFault(pin, again, role) {
  if (!/^\d{4,12}$/.test(pin) || pin.length < shortest(role)) return role === "cashier" ? "people.pin.cashier" : "people.pin.manager";
  if (repeats(pin) || straight(pin)) return "people.pin.easy";
  return pin === again ? "" : "people.pin.differ";
}
