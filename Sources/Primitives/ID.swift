package import Foundation

/// Names one thing of kind `Of`: a payment's ID does not fit where a company's is due.
///
/// Written as 32 lower-case hexadecimal digits everywhere: names, files, end-to-end ids.
package struct ID<Of>: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let uuid: UUID

  package init(_ uuid: UUID) {
    self.uuid = uuid
  }

  /// Reads exactly 32 lower-case hexadecimal digits.
  package init?(hex: String) {
    let text = Array(hex.utf8)
    guard text.count == 32 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(16)
    for index in stride(from: 0, to: 32, by: 2) {
      guard let high = Self.nibble(text[index]), let low = Self.nibble(text[index + 1]) else {
        return nil
      }
      bytes.append(high << 4 | low)
    }
    self.init(bytes: bytes)
  }

  /// Reads exactly 16 bytes, most significant first.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    var value: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: bytes) }
    uuid = UUID(uuid: value)
  }

  package var hex: String {
    String(unsafeUninitializedCapacity: 32) { text in
      withUnsafeBytes(of: uuid.uuid) { bytes in
        for (index, byte) in bytes.enumerated() {
          text[2 * index] = Self.digit(byte >> 4)
          text[2 * index + 1] = Self.digit(byte & 15)
        }
      }
      return 32
    }
  }

  package var bytes: [UInt8] {
    withUnsafeBytes(of: uuid.uuid) { Array($0) }
  }

  package var description: String { hex }

  package static func < (left: Self, right: Self) -> Bool {
    withUnsafeBytes(of: left.uuid.uuid) { left in
      withUnsafeBytes(of: right.uuid.uuid) { right in left.lexicographicallyPrecedes(right) }
    }
  }

  private static func nibble(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    default: nil
    }
  }

  private static func digit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? nibble + UInt8(ascii: "0") : nibble - 10 + UInt8(ascii: "a")
  }
}
