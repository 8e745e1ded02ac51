/// SplitMix64: the same seed gives the same run on every machine.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Letters of many kinds, marks, spaces, controls and symbols.
  mutating func text(upTo length: Int) -> String {
    let ranges: [ClosedRange<UInt32>] = [
      0x20...0x7E, 0x20...0x7E, 0x00...0x1F, 0xA0...0x24F, 0x300...0x36F, 0x1E00...0x20CF,
      0x2100...0x214F, 0xFF00...0xFF5E, 0x1F600...0x1F64F, 0x400...0x45F,
    ]
    var out = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0...length, using: &self) {
      guard let range = ranges.randomElement(using: &self),
        let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self))
      else { continue }
      out.append(scalar)
    }
    return String(out)
  }
}
