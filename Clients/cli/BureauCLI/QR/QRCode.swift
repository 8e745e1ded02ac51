internal import CQREncode

/// A QR code as the terminal shows it.
package struct QRCode: Equatable, Sendable {
  /// Modules on a side.
  package let size: Int
  private let modules: [Bool]

  /// Encodes a text at the lowest error correction, which BankID asks for; nil when it is too
  /// long for a QR code (2,953 bytes).
  package init?(_ text: String) {
    guard !text.isEmpty, let code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L) else {
      return nil
    }
    defer { QRcode_free(code) }
    size = Int(code.pointee.width)
    guard let data = code.pointee.data else { return nil }
    modules = UnsafeBufferPointer(start: data, count: size * size).map { $0 & 1 == 1 }
  }

  /// Whether a module is dark; outside the code all is light.
  package func isDark(_ column: Int, _ row: Int) -> Bool {
    column >= 0 && row >= 0 && column < size && row < size && modules[row * size + column]
  }

  /// Light border, in modules. Four by the standard; cameras do with two.
  static let quietZone = 2

  /// Columns that the drawing takes.
  package var columns: Int { size + 2 * Self.quietZone }

  /// Two rows of modules per line, in explicit black on white: terminals with a dark background
  /// would show it inverted otherwise, which cameras refuse.
  package var lines: [String] {
    let range = -Self.quietZone..<size + Self.quietZone
    return stride(from: range.lowerBound, to: range.upperBound, by: 2).map { row in
      let blocks = range.map { column -> Character in
        switch (isDark(column, row), isDark(column, row + 1)) {
        case (true, true): "█"
        case (true, false): "▀"
        case (false, true): "▄"
        case (false, false): " "
        }
      }
      return "\u{1B}[30;107m" + String(blocks) + "\u{1B}[0m"
    }
  }
}
