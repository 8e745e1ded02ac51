/// Reproducible random numbers (SplitMix64), so that a failing property names its seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func digits(_ count: Int) -> String {
    (0..<count).map { _ in String(Int.random(in: 0...9, using: &self)) }.joined()
  }
}

extension String {
  /// Every text that differs from this one in one digit.
  var withOneDigitChanged: [String] {
    indices.filter { self[$0].isNumber }.flatMap { index in
      (0...9).map(String.init).filter { $0 != String(self[index]) }
        .map { replacingCharacters(at: index, with: $0) }
    }
  }

  private func replacingCharacters(at index: Index, with text: String) -> String {
    String(self[..<index]) + text + String(self[self.index(after: index)...])
  }
}
