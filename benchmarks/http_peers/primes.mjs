// Primes as a well-kept JavaScript server computes them: a sieve in a typed array that is built once,
// and above it deterministic Miller-Rabin on BigInt.

const TABLE_END = 20_000_000;
const WORD_END = 1n << 64n;
// Odd primes by the dozen in two products that a Number holds, so that two BigInt divisions filter.
const FILTERS = [
  [3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37],
  [41, 43, 47, 53, 59, 61, 67, 71],
].map((primes) => ({ primes, product: BigInt(primes.reduce((a, b) => a * b)) }));
// Jim Sinclair's bases: together they are a proof below 2^64.
const BASES = [2n, 325n, 9375n, 28178n, 450775n, 9780504n, 1795265022n];

const isOddComposite = sieve(TABLE_END);
const table = list(isOddComposite);

// One byte for each odd integer below end: 1 where it is not prime.
function sieve(end) {
  const marks = new Uint8Array(end >> 1);
  marks[0] = 1;
  for (let p = 3; p * p < end; p += 2) {
    if (marks[p >> 1] === 0) {
      for (let k = (p * p) >> 1; k < marks.length; k += p) marks[k] = 1;
    }
  }
  return marks;
}

function list(marks) {
  const primes = new Uint32Array(marks.length);
  let count = 0;
  primes[count++] = 2;
  for (let k = 1; k < marks.length; k++) if (marks[k] === 0) primes[count++] = 2 * k + 1;
  return primes.slice(0, count);
}

export function isPrime(n) {
  if (n < BigInt(TABLE_END)) return n >= 2n && isTablePrime(Number(n));
  if (n >= WORD_END) throw new RangeError("above 2^64");
  if ((n & 1n) === 0n) return false;
  for (const { primes, product } of FILTERS) {
    const residue = Number(n % product);
    for (const p of primes) if (residue % p === 0) return false;
  }
  return passesMillerRabin(n);
}

function isTablePrime(n) {
  return n === 2 || ((n & 1) === 1 && isOddComposite[n >> 1] === 0);
}

function passesMillerRabin(n) {
  let odd = n - 1n;
  let twos = 0;
  while ((odd & 1n) === 0n) {
    odd >>= 1n;
    twos++;
  }
  return BASES.every((base) => isStrongProbablePrime(n, base % n, odd, twos));
}

function isStrongProbablePrime(n, base, odd, twos) {
  if (base === 0n) return true;
  let x = power(base, odd, n);
  if (x === 1n || x === n - 1n) return true;
  for (let k = 1; k < twos; k++) {
    x = (x * x) % n;
    if (x === n - 1n) return true;
  }
  return false;
}

function power(base, exponent, modulus) {
  let result = 1n;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  return result;
}

// The first primes of [low, high], as an Array of Numbers.
export function primesFrom(low, high, first) {
  if (high >= BigInt(TABLE_END)) throw new RangeError(`above ${TABLE_END}`);
  const begin = place(Number(low));
  const end = Math.min(place(Number(high) + 1), begin + first);
  return Array.from(table.subarray(begin, end));
}

// How many primes of the table are below n.
function place(n) {
  let low = 0;
  let high = table.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (table[middle] < n) low = middle + 1;
    else high = middle;
  }
  return low;
}
