/// SHA-256 once more, written from FIPS 180-4 alone, so that the chain is checked by other code
/// than that which makes it.
func sha256(_ message: [UInt8]) -> [UInt8] {
  func root(_ value: Int, _ degree: Int) -> UInt32 {
    // The first 32 bits of the fraction of the root, by bisection on whole numbers.
    var low: UInt64 = 0
    var high: UInt64 = 1 << 37
    while high - low > 1 {
      let middle = (low + high) / 2
      let (power, target) = scaledPower(middle, degree, value)
      if power <= target { low = middle } else { high = middle }
    }
    return UInt32(truncatingIfNeeded: low)
  }
  let primes = (2...311).filter { n in !(2..<n).contains { n % $0 == 0 && $0 * $0 <= n } }
  let constants = primes.prefix(64).map { root($0, 3) }
  var state = primes.prefix(8).map { root($0, 2) }
  var padded = message + [0x80]
  while padded.count % 64 != 56 { padded.append(0) }
  for shift in stride(from: 56, through: 0, by: -8) {
    padded.append(UInt8(truncatingIfNeeded: (message.count * 8) >> shift))
  }
  for start in stride(from: 0, to: padded.count, by: 64) {
    compress(padded[start..<start + 64], constants, &state)
  }
  return state.flatMap { word in
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
  }
}

/// `middle` to the power, and the value it is compared with: both scaled by 2^(32 × degree).
private func scaledPower(_ middle: UInt64, _ degree: Int, _ value: Int) -> (UInt128, UInt128) {
  var power: UInt128 = 1
  for _ in 0..<degree { power *= UInt128(middle) }
  return (power, UInt128(value) << (32 * UInt128(degree)))
}

private func compress(_ block: ArraySlice<UInt8>, _ k: [UInt32], _ state: inout [UInt32]) {
  func turn(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
  let bytes = Array(block)
  var w = stride(from: 0, to: 64, by: 4).map { i in
    bytes[i..<i + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
  }
  for i in 16..<64 {
    let a = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3
    let b = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10
    w.append(w[i - 16] &+ a &+ w[i - 7] &+ b)
  }
  var v = state
  for i in 0..<64 {
    let s1 = turn(v[4], 6) ^ turn(v[4], 11) ^ turn(v[4], 25)
    let choice = (v[4] & v[5]) ^ (~v[4] & v[6])
    let t1 = v[7] &+ s1 &+ choice &+ k[i] &+ w[i]
    let s0 = turn(v[0], 2) ^ turn(v[0], 13) ^ turn(v[0], 22)
    let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2])
    v = [t1 &+ s0 &+ majority, v[0], v[1], v[2], v[3] &+ t1, v[4], v[5], v[6]]
  }
  for i in 0..<8 { state[i] &+= v[i] }
}
