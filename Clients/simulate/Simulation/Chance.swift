// All chance of a simulation: seeded, and drawn anew for each step, so that a step does the same
// whichever other steps are left out.

import Foundation
import Primitives
import Synchronization

/// SplitMix64.
struct Chance: Sendable {
  private var state: UInt64

  init(seed: UInt64, step: Int, use: UInt64) {
    state =
      seed &* 0xD134_2543_DE82_EF95 &+ UInt64(bitPattern: Int64(step)) &* 0x2545_F491_4F6C_DD1D
    state = state &+ use &* 0x9E37_79B9_7F4A_7C15
    for _ in 0..<3 { _ = next() }
  }

  mutating func next() -> UInt64 {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// 0 ..< `count`, which is at least 1.
  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(max(count, 1))) }

  mutating func happens(_ percent: Int) -> Bool { below(100) < percent }

  mutating func pick<T>(_ list: [T]) -> T? { list.isEmpty ? nil : list[below(list.count)] }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 17) }
  }
}

/// Where servers get their ids and random bytes.
final class ChanceSource: Sendable {
  private let chance: Mutex<Chance>

  init(seed: UInt64) { chance = Mutex(Chance(seed: seed, step: 0, use: 1)) }

  /// From here on the ids are those of this step.
  func turn(to step: Int, seed: UInt64) {
    chance.withLock { $0 = Chance(seed: seed, step: step, use: 1) }
  }

  func bytes(_ count: Int) -> [UInt8] { chance.withLock { $0.bytes(count) } }

  func uuid() -> UUID {
    let b = bytes(16)
    // Version and variant of a random id, as the real source gives them.
    return UUID(
      uuid: (
        b[0], b[1], b[2], b[3], b[4], b[5], b[6] & 0x0F | 0x40, b[7], b[8] & 0x3F | 0x80, b[9],
        b[10], b[11], b[12], b[13], b[14], b[15]
      ))
  }

  func id<Of>(_: Of.Type = Of.self) -> ID<Of> { ID(uuid()) }
}
